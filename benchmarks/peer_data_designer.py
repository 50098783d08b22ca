"""Have data-designer send the benchmark's requests; `client_speed.py` runs it with the Python of another environment.

    python benchmarks/peer_data_designer.py BASE_URL NUMBER CHARACTERS IN_FLIGHT

One sampled column makes the requests differ, one column of text is what the model is asked for. Prints how many
records came out; how fast they did is the server's to say, so that start-up counts for nothing.
"""

import sys
import tempfile

import data_designer.config as dd
from data_designer.interface import DataDesigner


def main() -> None:
    """Make as many records as there are to be requests."""
    base_url, number, characters, in_flight = sys.argv[1], *map(int, sys.argv[2:])
    model = dd.ModelConfig(
        alias="bench",
        model="bench",
        provider="bench",
        skip_health_check=True,
        inference_parameters=dd.ChatCompletionInferenceParams(
            max_parallel_requests=in_flight, max_tokens=500, temperature=0.7
        ),
    )
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    builder.add_column(dd.SamplerColumnConfig(name="key", sampler_type="uuid", params=dd.UUIDSamplerParams()))
    text = "ab " * (characters // 3)
    builder.add_column(dd.LLMTextColumnConfig(name="answer", prompt="{{ key }} " + text, model_alias="bench"))
    provider = dd.ModelProvider(name="bench", endpoint=base_url, api_key="sk-benchmark")
    with tempfile.TemporaryDirectory() as directory:
        designer = DataDesigner(artifact_path=directory, model_providers=[provider])
        designer.set_run_config(dd.RunConfig(disable_early_shutdown=True))
        records = designer.create(builder, num_records=number).load_dataset()
    print("records:", len(records))


if __name__ == "__main__":
    main()
