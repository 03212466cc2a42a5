"""XLM-RoBERTa's tokenizer, built from a SentencePiece vocabulary and its character rules."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from encoders.packed_e5 import SPECIAL_TOKENS, PackedModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def xlmr_tokenizer(packed: PackedModel) -> Tokenizer:
    """A tokenizer that writes `<s> … </s>` around a text, as XLM-RoBERTa's own does."""
    from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(list(packed.vocabulary), packed.unknown_id, byte_fallback=False))
    tokenizer.normalizer = normalizers.Precompiled(_character_map(packed.characters))
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


def _character_map(characters: Mapping[str, str]) -> bytes:
    """SentencePiece's precompiled normalisation rules.

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
    texts, starts = bytearray(), dict[str, int]()
    for text in rules.values():
        if text not in starts:
            starts[text] = len(texts)
            texts += text.encode() + b"\0"
    units = _double_array({key.encode(): starts[text] for key, text in rules.items()})
    return struct.pack(f"<{len(units) + 1}I", 4 * len(units), *units) + bytes(texts)


def _double_array(values: Mapping[bytes, int]) -> list[int]:
    """A Darts double-array trie, as SentencePiece stores it, from keys to integers.

    A node's unit holds, from the low end, its label (8 bits), whether a key ends there (1 bit), an
    unused extension flag (1 bit) and the offset which, exclusive-ored with the node's place and then
    with a child's label, gives the child's place. Label 0 leads to the key's value.
    """
    units, taken, bases = [0] * 256, {0}, set[int]()
    waiting = [(0, _trie(values))]
    while waiting:
        place, node = waiting.pop()
        base = max(0, len(units) - 1024)  # further back, the free places are few
        while base in bases or any(base ^ label in taken for label in node):
            base += 1
        bases.add(base)
        taken.update(base ^ label for label in node)
        units.extend([0] * ((base | 255) + 1 - len(units)))
        units[place] |= (place ^ base) << 10 | (0 in node) << 8
        for label, child in node.items():
            if label:
                units[base ^ label] = label
                waiting.append((base ^ label, child))
            else:
                units[base] = 1 << 31 | child
    return units


def _trie(values: Mapping[bytes, int]) -> dict[int, Any]:
    root: dict[int, Any] = {}
    for key, value in values.items():
        node = root
        for byte in key:
            node = node.setdefault(byte, {})
        node[0] = value
    return root
