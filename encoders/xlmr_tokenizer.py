"""XLM-RoBERTa's tokenizer, built from a SentencePiece vocabulary and its character rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from encoders.packed_e5 import SPECIAL_TOKENS, PackedModel
from encoders.sentence_pieces import compiled

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def xlmr_tokenizer(packed: PackedModel, characters: bytes) -> Tokenizer:
    """A tokenizer with the `character_map` that writes `<s> … </s>` around a text, as XLM-RoBERTa's own does."""
    from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(list(packed.vocabulary), packed.unknown_id, byte_fallback=False))
    tokenizer.normalizer = normalizers.Precompiled(characters)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens(
        [AddedToken(token, lstrip=name == "mask", normalized=False) for name, token in SPECIAL_TOKENS.items()]
    )
    bos, eos = SPECIAL_TOKENS["bos"], SPECIAL_TOKENS["eos"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=[bos, "$A", eos],
        pair=[bos, "$A", eos, eos, "$B", eos],
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (bos, eos)],
    )
    return tokenizer


def character_map(characters: Mapping[str, str]) -> bytes:
    """SentencePiece's compiled normalisation rules.

    The file keeps the original's rules for single characters. Its rules for sequences only put a
    letter and its combining accent together, which Unicode's own data tells just as well; no longer
    ones are needed, as tokenizers looks up sequences of at most five bytes.
    """
    rules = dict(characters)
    for code in range(0x80, 0x3000):
        pair = unicodedata.normalize("NFKD", chr(code))
        whole = unicodedata.normalize("NFKC", pair)
        if len(pair) == 2 and len(whole) == 1 and len(pair.encode()) < 6 and pair[0] not in rules:
            rules[pair] = whole
    return compiled(list(rules.items()))
