"""Starts the tracer with bcc's Python: start_python.py TEXT_FILE."""
import sys

from bcc import BPF

with open(sys.argv[1], encoding="utf-8") as text:
    bpf = BPF(text=text.read())
with open("/proc/self/status", encoding="utf-8") as status:
    print(next(line for line in status if line.startswith("VmHWM")), end="")
