#!/usr/bin/python3
"""Prints the probes of a binary as bcc's own Python sees them (Debian package python3-bpfcc).

list_usdt.py PATH [PROBE...]: probes to leave out, since bcc dies of them
"""

import sys

from bcc import USDT

usdt = USDT(path=sys.argv[1])
for probe in usdt.enumerate_probes():
    name = probe.short_name()
    if name in sys.argv[2:]:
        continue
    print(f"{probe} {probe.num_arguments}")
    for i in range(probe.num_locations):
        location = probe.get_location(i)
        print(f"0x{location.address:x}")
        for k in range(probe.num_arguments):
            print(location.get_argument(k))
    for k in range(probe.num_arguments):
        print(usdt.get_probe_arg_ctype(name, k))
