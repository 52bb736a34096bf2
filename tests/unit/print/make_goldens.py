#!/usr/bin/python3
"""Writes golden/*: what bcc's own Python prints for the histograms of the unit tests (Debian package python3-bpfcc).

Each golden file is input and output in one: lines that start with '# ' describe the case, the rest is bcc's text.
  # scale log2|linear   # val_type TEXT   # strip   # slots SLOT:COUNT ...          (a table keyed by an integer)
  # header TEXT   # bucket VALUE SLOT:COUNT ...                                    (a table keyed by a struct)
  # print hex   # fold 10   # sort descending                                      (the functions given to bcc)
"""
import contextlib
import ctypes
import io
import os

from bcc import table

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")


class IntegerKey(ctypes.c_int):
    pass


def struct_key(bucket_type, padded):
    fields = [("bucket", bucket_type), ("slot", ctypes.c_ulonglong)]
    if padded:
        fields.insert(1, ("__pad_1", ctypes.c_char * 4))
    return type("Key", (ctypes.Structure,), {"_fields_": fields})


class Table:
    """As much of a bcc table as its printers use."""

    decode_c_struct = table.TableBase.decode_c_struct
    print_log2_hist = table.TableBase.print_log2_hist
    print_linear_hist = table.TableBase.print_linear_hist

    def __init__(self, key, items):
        self.Key = key
        self._items = items

    def items(self):
        return self._items


FUNCTIONS = {"hex": lambda bucket: "0x%x" % bucket, "10": lambda bucket: bucket // 10 * 10,
             "descending": lambda buckets: sorted(buckets, reverse=True)}


def printed(scale, items, key, **options):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        getattr(Table(key, items), "print_%s_hist" % scale)(**options)
    return out.getvalue()


def write(name, description, text):
    with open(os.path.join(HERE, name + ".txt"), "w", encoding="utf-8") as file:
        file.write("".join("# %s\n" % line for line in description) + text)


def counts(slots):
    return " ".join("%d:%d" % pair for pair in slots.items())


def plain(name, scale, slots, val_type="value", strip=False):
    items = [(IntegerKey(slot), ctypes.c_ulonglong(count)) for slot, count in slots.items()]
    text = printed(scale, items, IntegerKey, val_type=val_type, strip_leading_zero=strip)
    description = ["scale " + scale, "val_type " + val_type, "slots " + counts(slots)]
    write(name, description + (["strip"] if strip else []), text)


def sections(name, scale, buckets, header="Bucket ptr", strip=False, padded=False, **functions):
    is_text = isinstance(next(iter(buckets)), str)
    key = struct_key(ctypes.c_char * 16 if is_text else ctypes.c_ulonglong, padded)
    items = []
    for bucket, slots in buckets.items():
        for slot, count in slots.items():
            value = key(bucket=bucket.encode() if is_text else bucket, slot=slot)
            items.append((value, ctypes.c_ulonglong(count)))
    options = {"print": "section_print_fn", "fold": "bucket_fn", "sort": "bucket_sort_fn"}
    text = printed(scale, items, key, section_header=header, strip_leading_zero=strip,
                   **{options[kind]: FUNCTIONS[function] for kind, function in functions.items()})
    description = ["scale " + scale, "header " + header]
    description += ["%s %s" % pair for pair in functions.items()] + (["strip"] if strip else [])
    description += ["bucket %s %s" % (bucket, counts(slots)) for bucket, slots in buckets.items()]
    write(name, description, text)


def main():
    os.makedirs(HERE, exist_ok=True)
    for scale in "log2", "linear":
        plain(scale + "_empty", scale, {})
        plain(scale + "_zeros", scale, {0: 0, 3: 0})
        plain(scale + "_only_slot_0", scale, {0: 5})
        plain(scale + "_slot_0_is_largest", scale, {0: 100, 1: 10, 4: 25})
        plain(scale + "_slot_1", scale, {1: 1})
        plain(scale + "_gaps", scale, {2: 3, 5: 1, 9: 7, 10: 0})
        plain(scale + "_slot_32", scale, {1: 12, 32: 3}, "usecs")
        plain(scale + "_slot_33", scale, {1: 12, 33: 3}, "usecs")
        plain(scale + "_slot_64", scale, {30: 2, 64: 1}, "ns")
        plain(scale + "_strip", scale, {7: 2, 9: 4}, "kbytes", True)
        plain(scale + "_strip_nothing", scale, {}, "kbytes", True)
        plain(scale + "_val_type_long", scale, {3: 2}, "a very long name for the column of values")
        plain(scale + "_val_type_utf8", scale, {3: 2}, "戻り値 µs")
        plain(scale + "_rounding", scale, {slot: slot * slot * 17 % 41 for slot in range(1, 40)})
        largest = (1 << 64) - 1
        plain(scale + "_huge", scale, {1: largest, 2: largest - 1, 3: largest // 2, 4: 1, 5: largest // 40 * 7})
        # One below each multiple, near enough that Python's quotient rounds up to it; and some that do not.
        plain(scale + "_near_stars", scale,
              {1: 1 << 60, **{slot: (slot << 60) // 40 - (1 << slot % 8) for slot in range(2, 32)}})
        sections(scale + "_sections", scale, {7: {1: 3, 4: 5}, 3: {2: 1}, 12345678901234: {6: 9, 8: 1}}, "disk")
        sections(scale + "_sections_default_header", scale, {1: {3: 3}})
        sections(scale + "_sections_of_text", scale, {"sshd": {1: 1}, "it's": {3: 3}, "tab\t\\é\"": {2: 2}}, "comm")
        sections(scale + "_sections_padded", scale, {5: {1: 2, 3: 4}}, padded=True)
        sections(scale + "_sections_print", scale, {255: {3: 3}, 16: {2: 1}}, "ptr", print="hex")
        sections(scale + "_sections_sort", scale, {3: {3: 3}, 9: {2: 1}, 5: {1: 1}}, sort="descending")
        sections(scale + "_sections_fold", scale, {13: {3: 3, 4: 1}, 9: {2: 1}, 17: {5: 1}}, fold="10")
        sections(scale + "_sections_fold_print_sort", scale, {13: {3: 3}, 9: {2: 1}, 17: {5: 1}, 25: {1: 1}},
                 "tens", fold="10", print="hex", sort="descending")
        sections(scale + "_sections_strip", scale, {1: {5: 3, 7: 1}, 2: {2: 1}}, strip=True)
        sections(scale + "_sections_only_slot_0", scale, {1: {0: 3}, 2: {2: 1}})
    plain("linear_slot_1024", "linear", {1000: 4, 1024: 8})
    plain("linear_strip_slot_1024", "linear", {1000: 4, 1024: 8}, strip=True)


if __name__ == "__main__":
    main()
