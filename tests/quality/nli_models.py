"""Tiny models of natural language inference with a tokenizer of their own, as `CrossEncoder` reads them."""

from pathlib import Path


def write_nli_model(directory: Path, labels: tuple[str, ...], *, wins: int = 0, kind: str = "bert") -> str:
    """Write a model for which the label at `wins` has the highest score, whatever the pair; return where it lies."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = {word: number for number, word in enumerate("[PAD] [UNK] [CLS] [SEP] a room book the".split())}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    family = {"bert": "Bert", "roberta": "Roberta"}[kind]
    config = getattr(transformers, f"{family}Config")(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        max_position_embeddings=64, type_vocab_size=2, pad_token_id=0, id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )  # fmt: skip
    model = getattr(transformers, f"{family}ForSequenceClassification")(config)
    last = model.classifier if kind == "bert" else model.classifier.out_proj
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_(torch.eye(len(labels))[wins])
    model.save_pretrained(directory)
    fast.save_pretrained(directory)
    return str(directory)
