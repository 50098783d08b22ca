import io
import sys

import pytest

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.items import Skipped
from toolgraph.tools.sources import File, files_in, files_meant, files_of, standard_input


@pytest.fixture
def tree(tmp_path):
    """A function that writes files beneath a directory, given by path and text, and returns the directory."""

    def write(**files):
        for place, text in files.items():
            path = tmp_path / "tree" / place.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "tree"

    return write


def names_of(source, directory):
    return [str(file.path.relative_to(directory)) for file in files_of(source) if isinstance(file, File)]


def skipped_of(source, directory):
    return {
        item.where.removeprefix(f"{directory}/"): item.reason for item in files_of(source) if isinstance(item, Skipped)
    }


def test_a_file_that_is_named_is_read_whatever_its_name(tree):
    path = tree(notes_dot_txt="x") / "notes.txt"

    assert list(files_of(path)) == [File(path, is_named=True)]


def test_a_dash_is_standard_input():
    assert list(files_of("-")) == [File(None, is_named=True)]


def test_of_a_directory_the_files_that_may_hold_tools_are_read_in_order(tree):
    directory = tree(
        b_dot_yaml="", a__c_dot_json="", a__b_dot_jsonl_dot_gz="", z_dot_py="", README_dot_md="", x_dot_ndjson="",
        y_dot_yml="",
    )  # fmt: skip

    assert names_of(directory, directory) == ["a/b.jsonl.gz", "a/c.json", "b.yaml", "x.ndjson", "y.yml", "z.py"]
    assert not any(file.is_named for file in files_of(directory))


def test_hidden_and_installed_directories_are_passed_by(tree):
    directory = tree(_dot_venv__a_dot_json="", node_modules__b_dot_json="", __pycache____c_dot_json="", d_dot_json="")

    assert names_of(directory, directory) == ["d.json"]


def test_a_pattern_means_the_files_that_match_it(tree):
    directory = tree(a__x_dot_json="", b__x_dot_json="", b__y_dot_json="")

    assert names_of(f"{directory}/**/x.json", directory) == ["a/x.json", "b/x.json"]
    assert names_of(f"{directory}/b*", directory) == ["b/x.json", "b/y.json"]


def test_the_root_of_files_is_what_was_pointed_at(tree):
    directory = tree(a__x_dot_json="", a__b__y_dot_json="")

    def roots(source):
        return {file.root for file in files_of(source)}

    assert roots(directory) == {directory}
    assert roots(f"{directory}/a/**/*.json") == {directory / "a"}
    assert roots(f"{directory}/a/b/*") == {directory / "a" / "b"}
    assert roots(directory / "a" / "x.json") == {None}


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tree):
    directory = tree(**{"a[1]_dot_json": ""})

    assert names_of(directory / "a[1].json", directory) == ["a[1].json"]


def test_the_files_that_a_source_depends_on_are_all_of_them(tree):
    directory = tree(a__x_dot_json="", a__y_dot_py="", b_dot_json="", c_dot_txt="")

    def meant(source):
        return [str(path.relative_to(directory)) for path in files_meant(source)]

    assert meant(directory) == ["a/x.json", "a/y.py", "b.json"]
    assert meant(directory / "c.txt") == ["c.txt"]
    assert meant(f"{directory}/*") == ["a/x.json", "a/y.py", "b.json", "c.txt"]
    assert meant(directory / "gone") == ["gone"]


def test_standard_input_can_be_asked_for_again(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))

    assert (standard_input(), standard_input()) == (b"x", b"x")


@pytest.mark.parametrize(
    ("source", "says"), [("gone.json", "no such file or directory"), ("gone/*.json", "matches no file")]
)
def test_what_is_not_there_is_told_in_one_sentence(tmp_path, source, says):
    with pytest.raises(ToolSpecError) as raised:
        list(files_of(tmp_path / source))

    assert str(raised.value) == f"{tmp_path / source}: {says}"


def test_links_that_go_round_in_a_circle_end(tree):
    directory = tree(a__x_dot_json="{}")
    (directory / "a" / "back").symlink_to(directory)
    (directory / "a" / "self.json").symlink_to(directory / "a" / "self.json")

    assert names_of(directory, directory) == ["a/x.json"]


def test_a_link_that_leads_out_of_the_directory_is_not_followed(tree, tmp_path):
    directory = tree(x_dot_json="{}")
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (directory / "out.json").symlink_to(secret)
    (directory / "in.json").symlink_to(directory / "x.json")

    assert names_of(directory, directory) == ["in.json", "x.json"]
    assert skipped_of(directory, directory) == {
        "out.json": "is a link to a file outside the directory; name that file to read it"
    }
    assert [path.name for path in files_in(directory)] == ["in.json", "x.json"]


def test_a_directory_that_a_link_leads_out_to_is_told(tree, tmp_path):
    directory = tree(a__x_dot_json="")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "y.json").write_text("")
    (directory / "a" / "linked").symlink_to(tmp_path / "elsewhere")
    (directory / "inside").symlink_to(directory / "a")

    assert names_of(directory, directory) == ["a/x.json"]
    assert skipped_of(directory, directory) == {
        "a/linked": "is a link to a directory outside; name that directory to read it"
    }
    (directory / "a" / "x.json").unlink()
    assert skipped_of(directory, directory).keys() == {"a/linked"}


def test_the_parts_of_an_api_in_many_files_are_left_to_the_file_that_refers_to_them(tree):
    directory = tree(
        api_dot_yaml="openapi: 3.0.3\npaths:\n  /pets:\n    $ref: 'paths/pets.yml'\n  /x: {$ref: './x.json#/get'}\n",
        paths__pets_dot_yml="get:\n  parameters:\n  - $ref: ../limit.yml\n",
        limit_dot_yml="name: limit\nin: query\n",
        x_dot_json='{"get": {"$ref": "api.yaml#/paths"}}',
        other_dot_json='{"name": "wave", "parameters": {}}',
    )

    assert names_of(directory, directory) == ["api.yaml", "other.json"]
    assert skipped_of(directory, directory) == dict.fromkeys(
        ["limit.yml", "paths/pets.yml", "x.json"], "is a part of api.yaml"
    )


@pytest.mark.parametrize(
    "text", ['{"info": {}, "swagger": "2.0", "a": {"$ref": "b.json"}}', 'swagger: "2.0"\na:\n  "$ref": b.json']
)
def test_an_api_is_known_wherever_it_says_so(tree, text):
    directory = tree(a_dot_json=text, b_dot_json="{}")

    assert skipped_of(directory, directory) == {"b.json": "is a part of a.json"}


def test_references_of_what_is_no_api_leave_out_nothing(tree):
    directory = tree(a_dot_json='{"parameters": {"$ref": "b.json"}}', b_dot_json="{}")

    assert names_of(directory, directory) == ["a.json", "b.json"]


def test_a_large_api_in_many_files_is_one_file_with_tools(corpora):
    directory = corpora / "native" / "large" / "digitalocean_multifile"

    found = list(files_of(directory))

    assert sum(isinstance(item, Skipped) for item in found) > 2500
    assert "DigitalOcean-public.v2.yaml" in [item.path.name for item in found if isinstance(item, File)]
