"""How long reading large tables takes: tables.py BUILD_FOLDER HEADERS. Prints a table and what was to be reached."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time


def percpu_items_in_python(headers):
    """Median seconds that bcc's Python takes for items() of a per-CPU array of 10,000 slots."""
    os.environ["BCC_KERNEL_SOURCE"] = headers
    from bcc import BPF  # pylint: disable=import-outside-toplevel

    table = BPF(text="BPF_PERCPU_ARRAY(slots, u64, 10000);")["slots"]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        if len(table.items()) != 10000:
            sys.exit("bcc's Python did not read the whole table")
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    program = pathlib.Path(sys.argv[1]) / "tests" / "bench" / "read_tables"
    output = subprocess.run(
        [program, "--benchmark_format=json", "--benchmark_repetitions=5"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
    ).stdout  # fmt: skip
    medians = {}
    for result in json.loads(output)["benchmarks"]:
        if result.get("error_occurred"):
            sys.exit(f"{result['name']}: {result['error_message']}")
        if result.get("aggregate_name") == "median":
            name = result["run_name"].split("/")[0]
            medians[name] = (result["real_time"], result["entries"])
    medians["percpu_array_bcc_python"] = (percpu_items_in_python(sys.argv[2]) * 1000, 10000)

    print(f"\n{'reading a table, median of 5':30} {'ms':>10} {'us an entry':>12}")
    for name, (ms, entries) in medians.items():
        print(f"{name:30} {ms:10.2f} {ms * 1000 / entries:12.3f}")

    entry = medians["hash_bccxx"][0] * 1000 / medians["hash_bccxx"][1]
    mapped = medians["array_bccxx_mapped"][0]
    ratio = medians["percpu_array_bcc_python"][0] / medians["percpu_array_bccxx"][0]
    print()
    for what, value, unit, reached, limit in (
        ("hash of 1,000,000", entry, "us an entry", entry <= 0.45, "<= 0.45"),
        ("mapped array of 1,000,000", mapped, "ms", mapped <= 5, "<= 5"),
        ("per-CPU array against Python", ratio, "x faster", ratio >= 10, ">= 10"),
    ):
        print(f"{what:30} {value:9.3f} {unit:12} to reach {limit}: {'reached' if reached else 'MISSED'}")
    ways = (("key by key", "hash_key_by_key"), ("batch calls", "hash_batches"))
    print("bccxx against " + ", ".join(f"{n}: {medians['hash_bccxx'][0] / medians[k][0]:.2f} x" for n, k in ways))


if __name__ == "__main__":
    main()
