"""How much CPU and memory it takes from the start of a tracer to its being attached: start.py BUILD_FOLDER HEADERS ROUNDS.

Each way is run in turn, once a round, so that whatever else the machine does falls on all alike. CPU is user and system
time of the whole process and the processes it started; memory is the most the tracer itself had.
"""
import os
import pathlib
import re
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def run(command, environment):
    """(CPU seconds, peak MiB) of one run."""
    with tempfile.TemporaryFile() as output:
        pid = os.posix_spawnp(
            command[0],
            command,
            {**os.environ, **environment},
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)],
        )
        _, status, usage = os.wait4(pid, 0)
        output.seek(0)
        text = output.read().decode(errors="replace")
    peak = re.search(r"VmHWM:\s*(\d+) kB", text)
    if status != 0 or not peak:
        sys.exit(f"{command[0]} failed ({os.waitstatus_to_exitcode(status)}):\n{text}")
    return usage.ru_utime + usage.ru_stime, int(peak.group(1)) / 1024


def main():
    build, headers, rounds = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    bench = build / "tests" / "bench"
    kept = tempfile.TemporaryDirectory()
    os.chmod(kept.name, 0o700)

    def cold():
        folder = tempfile.TemporaryDirectory()
        return run([str(bench / "start_bccxx"), folder.name], {})

    with_headers = {"BCC_KERNEL_SOURCE": headers}
    ways = {
        "ebpf::BPF (libbcc)": lambda: run([str(bench / "start_libbcc")], with_headers),
        "bcc Python": lambda: run(["/usr/bin/python3", str(HERE / "start_python.py"), str(HERE / "tracer.c")], with_headers),
        "libbpf skeleton": lambda: run([str(bench / "start_skeleton")], {}),
        "bccxx, nothing cached": cold,
        "bccxx, cached": lambda: run([str(bench / "start_bccxx"), kept.name], {}),
    }
    for way in ways.values():
        way()  # fills the page cache, and the cache of the last one
    results = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            results[name].append(way())
    medians = {
        name: (statistics.median(cpu for cpu, _ in runs), statistics.median(peak for _, peak in runs))
        for name, runs in results.items()
    }

    print(f"\nstart to attached, median of {rounds} runs")
    print(f"{'':24} {'CPU ms':>8} {'(range)':>17} {'peak MiB':>9}")
    for name, (cpu, peak) in medians.items():
        low, high = (pick(c for c, _ in results[name]) * 1000 for pick in (min, max))
        print(f"{name:24} {cpu * 1000:8.1f} {f'{low:.1f} to {high:.1f}':>17} {peak:9.1f}")

    bcc, skeleton = medians["ebpf::BPF (libbcc)"], medians["libbpf skeleton"]
    new, cached = medians["bccxx, nothing cached"], medians["bccxx, cached"]

    def row(what, value, unit, limit, peer, than):
        verdict = "reached" if value <= limit else "MISSED"
        print(f"{what:34} {value:8.1f} {unit:3} to reach <= {limit:g}: {verdict}; {value / peer:.3g} x {than}")

    print()
    row("nothing cached, CPU", new[0] * 1000, "ms", 350, bcc[0] * 1000, "ebpf::BPF")
    row("cached, CPU", cached[0] * 1000, "ms", 10, skeleton[0] * 1000, "skeleton")
    row("peak memory, nothing cached", new[1], "MiB", 16, bcc[1], "ebpf::BPF")
    row("peak memory, cached", cached[1], "MiB", 16, skeleton[1], "skeleton")


if __name__ == "__main__":
    main()
