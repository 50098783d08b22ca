import socket
import ssl
import time
from contextlib import closing

import httpcore2
import httpx2
import pytest
from httpcore2._backends.sync import SyncStream

from tests.models.online.scripted_server import GOOD, resets, sends, sends_half, serving, stalls
from toolgraph.models.online import connections
from toolgraph.models.online.connections import Connections


@pytest.fixture
def opened(monkeypatch):
    """The sockets that are opened while a test lasts."""
    found, connect = [], socket.create_connection

    def remembering(*arguments, **options):
        found.append(connect(*arguments, **options))
        return found[-1]

    monkeypatch.setattr(socket, "create_connection", remembering)
    return found


def ask(transport, url, seconds=0.3):
    timeout = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
    return transport.handle_request(httpx2.Request("POST", url, content=b"{}", extensions={"timeout": timeout}))


@pytest.mark.parametrize("act", [sends(GOOD), sends({}, status=500), resets, sends_half, stalls])
def test_every_connection_is_closed_in_the_end_however_its_request_ended(act, opened):
    with serving(sends(GOOD), act, act) as server, closing(Connections(server.base_url)) as transport:
        for _ in range(3):
            try:
                ask(transport, f"{server.base_url}/chat/completions")
            except httpx2.TransportError:
                continue

    assert opened
    assert all(each.fileno() == -1 for each in opened)


def test_a_connection_whose_request_ends_after_all_were_closed_is_closed_too(opened):
    transport = None

    def closes_all(request):
        transport.close()
        sends(GOOD)(request)

    with serving(closes_all) as server:
        transport = Connections(server.base_url)
        assert ask(transport, f"{server.base_url}/chat/completions").status_code == 200

    assert [each.fileno() for each in opened] == [-1]


def test_a_server_that_speaks_no_tls_leaves_no_open_connection(opened):
    with serving(sends(GOOD)) as server:
        address = server.base_url.replace("http://", "https://")
        with closing(Connections(address)) as transport, pytest.raises(httpx2.TransportError):
            ask(transport, f"{address}/chat/completions")

    assert all(each.fileno() == -1 for each in opened)


def test_a_connection_that_has_no_time_left_for_its_handshake_is_closed():
    ours, theirs = socket.socketpair()
    stream = connections._Stream(SyncStream(ours))
    connections._now.deadline = time.monotonic() - 1

    with closing(theirs), pytest.raises(httpcore2.ConnectTimeout):
        stream.start_tls(ssl.create_default_context())

    assert ours.fileno() == -1
