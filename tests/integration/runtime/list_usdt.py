#!/usr/bin/python3
"""Prints the probes of a binary, or of a process, as bcc's own Python sees them (Debian package python3-bpfcc).

list_usdt.py PATH [PID]
"""

import sys

from bcc import USDT

path = sys.argv[1]
usdt = USDT(path=path, pid=int(sys.argv[2])) if len(sys.argv) > 2 else USDT(path=path)
for probe in usdt.enumerate_probes():
    print(f"{probe.short_name().decode() if isinstance(probe.short_name(), bytes) else probe.short_name()} "
          f"[sema 0x{probe.semaphore:x}] {probe.num_arguments} arguments")
    for i in range(probe.num_locations):
        location = probe.get_location(i)
        print(f"  0x{location.address:x}")
        for k in range(probe.num_arguments):
            try:
                print(f"    {location.get_argument(k)}")
            except Exception as error:
                print(f"    {error}")
    if probe.num_arguments:
        print("  " + " ".join(usdt.get_probe_arg_ctype(probe.short_name(), k) for k in range(probe.num_arguments)))
