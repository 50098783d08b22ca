import pytest

from toolgraph.models.online.failures import LONGEST_MESSAGE, Meaning, error_message, failure_of, retry_after


@pytest.mark.parametrize(
    ("status", "text", "meaning"),
    [
        (400, '{"error": {"message": "max_tokens is too large for this model"}}', Meaning.REFUSED),
        (400, '{"error": {"message": "This model\'s maximum context length is 8192 tokens"}}', Meaning.REFUSED),
        (400, '{"error": {"message": "response_format json_schema is not supported by this model"}}', Meaning.REFUSED),
        (400, '{"error": {"message": "The model `x` does not exist or you do not have access"}}', Meaning.MODEL),
        (400, '{"error": {"message": "x is not a valid model ID", "code": 400}}', Meaning.MODEL),
        (404, '{"error": "model \\"x\\" not found, try pulling it first"}', Meaning.MODEL),
        (404, '{"error": {"message": "no such thing", "code": "model_not_found"}}', Meaning.MODEL),
        (404, '{"error": "model \\"groq-tool-use\\" not found, try pulling it first"}', Meaning.MODEL),
        (400, '{"error": {"message": "Tool calling for this model: tool_choice is not available"}}', Meaning.REFUSED),
        (400, '{"error": {"message": "model x: unknown parameter seed"}}', Meaning.REFUSED),
        (404, '{"error": {"message": "No endpoints found that support tool use.", "code": 404}}', Meaning.REFUSED),
        (400, '{"error": {"message": "Invalid schema for model output: unknown keyword"}}', Meaning.REFUSED),
        (403, '{"message": "You have exceeded a secondary rate limit"}', Meaning.BUSY),
        (529, '{"error": {"type": "overloaded_error", "message": "Overloaded"}}', Meaning.BUSY),
        (404, '{"detail": "Not Found"}', Meaning.ROUTE),
        (404, "<html><title>Model shop: page not found</title></html>", Meaning.ROUTE),
        (405, "", Meaning.ROUTE),
        (401, "", Meaning.KEY),
        (400, '[{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}]', Meaning.KEY),
        (403, '{"error": {"message": "Your input was flagged by moderation"}}', Meaning.REFUSED),
        (402, '{"error": {"message": "Insufficient Balance"}}', Meaning.FUNDS),
        (429, '{"error": {"message": "x", "type": "insufficient_quota", "code": "insufficient_quota"}}', Meaning.FUNDS),
        (429, '{"error": {"message": "You exceeded your current quota, check your plan and billing"}}', Meaning.FUNDS),
        (429, '{"error": {"message": "You exceeded your current quota. Please retry in 22.3s."}}', Meaning.BUSY),
        (429, '{"error": {"message": "Limit reached. Try again in 7s. More: x.com/settings/billing"}}', Meaning.BUSY),
        (429, '{"error": {"message": "Rate limit reached"}}', Meaning.BUSY),
        (503, '{"error": {"message": "Loading model"}}', Meaning.BUSY),
        (413, "", Meaning.REFUSED),
        (422, '{"detail": []}', Meaning.REFUSED),
        (500, "", Meaning.STUBBORN),
        (501, "", Meaning.REFUSED),
        (502, "", Meaning.AGAIN),
        (520, "", Meaning.AGAIN),
    ],
)
def test_each_error_means_what_real_servers_mean_by_it(status, text, meaning):
    assert failure_of(status, {}, text).meaning is meaning


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        ('{"error": {"message": "m", "type": "t", "code": "c"}}', "m", "c"),
        ('{"error": {"message": "m", "type": "t", "code": null}}', "m", "t"),
        ('{"error": "m"}', "m", ""),
        ('{"detail": "m"}', "m", ""),
        ('{"detail": [{"loc": ["body", "a"], "msg": "m", "type": "t"}, {"msg": "n"}]}', "body.a: m; n", ""),
        ('{"message": "m", "code": 40001}', "m", "40001"),
        ('[{"error": {"message": "m"}}]', "m", ""),
        ('"m"', "m", ""),
        ("null", "", ""),
        ("{}", "", ""),
        ('{"other": 1}', '{"other": 1}', ""),
        ("plain\n words", "plain words", ""),
        ("", "", ""),
        ("<p>gone</p>", "gone", ""),
        ("[" * 100_000, "[" * LONGEST_MESSAGE + " ...", ""),
    ],
)
def test_messages_are_found_in_errors_of_any_shape(text, message, code):
    assert error_message(text) == (message, code)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "-2"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "20", "retry-after": "9"}, 0.02),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
    ],
)
def test_the_time_to_wait_is_read_from_either_header(headers, seconds):
    assert retry_after(headers) == seconds
