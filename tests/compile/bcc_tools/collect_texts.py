#!/usr/bin/python3
"""Collects the BPF texts of bcc's own tools, as the installed package (bpfcc-tools) would compile them.

    collect_texts.py DIRECTORY [TOOL-DIRECTORY]

Every tool is run up to the point where it hands its text to bcc, once on an imagined kernel that has every function,
tracepoint and program type the tool asks about, and once on one that has none. The texts go to DIRECTORY/NAME.c, with
the tool's flags for the compiler, one a line, in DIRECTORY/NAME.flags. A tool that never gets that far is named on
standard output with its reason.
"""

import builtins
import curses
import glob
import io
import os
import runpy
import signal
import sys

import bcc

# What a tool needs on its command line before it makes a text, and options that make it write another one.
ARGUMENTS = {
    "argdist": [["-H", "p::vfs_read(struct file *f, char *b, size_t n):u64:n"],
                ["-C", "t:sched:sched_switch():u32:args->next_pid"]],
    "biolatpcts": [["7:0"]],
    "biosnoop": [[], ["-Q"], ["-P"]],
    "biolatency": [[], ["-Q"], ["-D"], ["-F"], ["-j", "-e"]],
    "capable": [[], ["-K", "-U"], ["-x"]],
    "cpudist": [[], ["-O"], ["-P"]],
    "dbslower": [["mysql", "-x", "/bin/true"], ["mysql"]],
    "dbstat": [["mysql"], ["postgres"]],
    "deadlock": [["1"]],
    "dirtop": [["-d", "/tmp"]],
    "execsnoop": [[], ["--cgroupmap", "/sys/fs/bpf/x"], ["-u", "1000"], ["--max-args", "5"]],
    "exitsnoop": [[], ["-p", "1"], ["-x"]],
    "ext4dist": [[], ["-p", "1"]],
    "fileslower": [[], ["-a"]],
    "funccount": [["vfs_*"], ["t:sched:sched_*"], ["c:malloc"]],
    "funcinterval": [["vfs_read"], ["t:sched:sched_switch"]],
    "funclatency": [["vfs_read"], ["-F", "vfs_read"], ["-p", "1", "vfs_read"]],
    "funcslower": [["vfs_read"], ["-a", "2", "vfs_read"], ["-U", "-K", "vfs_read"]],
    "inject": [["kmalloc", "-v", "SyS_mount()"], ["bio", "should_fail_bio() => submit_bio()"]],
    "javacalls": [["1"]],
    "llcstat": [[], ["-t"]],
    "memleak": [[], ["-p", "1"], ["--combined-only"], ["--percpu"]],
    "mysqld_qslower": [["1"]],
    "netqtop": [["-n", "lo"]],
    "offcputime": [[], ["-K"], ["-U"], ["-p", "1"], ["-k"]],
    "offwaketime": [[], ["-p", "1"]],
    "opensnoop": [[], ["-x"], ["-F"], ["-n", "main"], ["-u", "0"], ["--cgroupmap", "/sys/fs/bpf/x"]],
    "profile": [[], ["-U"], ["-p", "1"], ["-I"]],
    "reset-trace": [],
    "runqlat": [[], ["-P"], ["--pidns"], ["-p", "1"]],
    "runqlen": [[], ["-C"], ["-O"]],
    "runqslower": [[], ["-P"], ["-p", "1"]],
    "shmsnoop": [[], ["-p", "1"]],
    "stackcount": [["submit_bio"], ["t:sched:sched_switch"], ["-P", "submit_bio"]],
    "syscount": [[], ["-L"], ["-P"], ["-x"]],
    "tcpaccept": [[], ["-p", "1"], ["-P", "80"], ["-4"]],
    "tcpconnect": [[], ["-d"], ["-c"], ["-U"], ["-P", "80"]],
    "tcpconnlat": [[], ["-L"], ["1"]],
    "tcplife": [[], ["-4"], ["-D", "80"]],
    "tcpretrans": [[], ["-l"], ["-c"], ["-s"]],
    "tcprtt": [[], ["-e"], ["-a", "127.0.0.1"], ["-B"]],
    "tcpstates": [[], ["-D", "80"], ["-Y"]],
    "tcpsubnet": [["10.0.0.0/8"]],
    "tcptop": [[], ["-p", "1"], ["-6"]],
    "tcptracer": [[], ["-p", "1"], ["-4"]],
    "trace": [["do_sys_open", "%s", "arg2"], ["t:block:block_rq_complete", "sectors=%d", "args->nr_sector"],
              ["-K", "p::vfs_read"]],
    "ttysnoop": [["/dev/null"]],
    "ucalls": [["-l", "java", "1"], ["-l", "php", "-L", "1"], ["-l", "none", "-S", "1"]],
    "uflow": [["-l", "python", "1"], ["-l", "java", "-M", "indexOf", "1"]],
    "ugc": [["-l", "java", "1"], ["-l", "python", "1"]],
    "uobjnew": [["-l", "java", "1"], ["-l", "c", "1"]],
    "ustat": [["-l", "java", "1"]],
    "uthreads": [["-l", "java", "1"]],
    "vfsstat": [[], ["-p", "1"]],
}
SECONDS = 20
# Some tools look here for the data they read, which only some kernels list.
SYMBOLS = "".join("0000000000000000 D %s\n" % name for name in (
    "btrfs_file_operations", "ext4_file_operations", "vm_stat", "vm_zone_stat", "mutex_lock_nested"))


def imagined(directory, name, has):
    """A BPF class that writes the text it is given and ends the process."""

    class Recorder(bcc.BPF):
        def __init__(self, src_file=b"", hdr_file=b"", text=None, debug=0, cflags=None, usdt_contexts=None, **_):
            if text is not None and not src_file and not text:
                return  # made only to ask it questions
            if not text:
                path = src_file.decode() if isinstance(src_file, bytes) else src_file
                with open(path, "rb") as file:
                    text = file.read()
            if isinstance(text, str):
                text = text.encode()
            with open(os.path.join(directory, name + ".c"), "wb") as file:
                file.write(text)
            flags = [flag.decode() if isinstance(flag, bytes) else flag for flag in cflags or []]
            with open(os.path.join(directory, name + ".flags"), "w") as file:
                file.writelines(flag + "\n" for flag in flags)
            os._exit(0)

        support_kfunc = staticmethod(lambda: has)
        support_lsm = staticmethod(lambda: has)
        support_raw_tracepoint = staticmethod(lambda: has)
        support_raw_tracepoint_in_module = staticmethod(lambda: has)
        tracepoint_exists = staticmethod(lambda category, event: has)
        get_tracepoints = staticmethod(lambda pattern: [b"sched:sched_switch"])

        @staticmethod
        def get_kprobe_functions(pattern):
            plain = pattern.strip(b"^$")
            if plain.replace(b"_", b"").isalnum():
                return [plain] if has else []
            return [b"vfs_read", b"vfs_write"]

        @staticmethod
        def get_user_functions_and_addresses(path, pattern):
            return [(b"malloc", 0x1000)]

    class NoProbes:
        def __init__(self, *args, **kwargs):
            pass

        def __getattr__(self, _):
            return lambda *args, **kwargs: b""

    real_open = builtins.open

    def open_imagined(file, *args, **kwargs):
        return io.StringIO(SYMBOLS) if file == "/proc/kallsyms" else real_open(file, *args, **kwargs)

    builtins.open = open_imagined
    curses.wrapper = lambda function, *args: function(None, *args)
    bcc.BPF = Recorder
    bcc.USDT = NoProbes


def run_tool(tool, arguments, directory, name, has):
    """Runs one tool in a child process; returns what was wrong, or an empty string."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        imagined(directory, name, has)
        sys.argv = [tool] + arguments
        reason = "ended without a text"
        try:
            runpy.run_path(tool, run_name="__main__")
        except BaseException as error:  # a tool may leave through sys.exit or any exception
            reason = "%s: %s" % (type(error).__name__, error)
        os.write(writer, reason.encode()[:500])
        os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        reason = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return "" if status == 0 else reason or "ended by signal %d" % (status & 127)


def is_python(path):
    with open(path, "rb") as file:
        return b"python" in file.readline()


def collect(directory, tool_directory):
    tools = sorted(glob.glob(os.path.join(tool_directory, "*-bpfcc")))
    tools += sorted(glob.glob(os.path.join(tool_directory, "lib", "u*")))
    seen = {}
    for tool in tools:
        if not is_python(tool):
            continue
        base = os.path.basename(tool).replace("-bpfcc", "").replace(".py", "")
        for number, arguments in enumerate(ARGUMENTS.get(base, [[]])):
            for has in (True, False):
                name = base + (".%d" % number if number else "") + ("" if has else ".bare")
                reason = run_tool(tool, arguments, directory, name, has)
                if reason:
                    print("%s: %s" % (name, reason))
                    continue
                path = os.path.join(directory, name)
                with open(path + ".c", "rb") as text, open(path + ".flags", "rb") as flags:
                    content = (text.read(), flags.read())
                if content in seen:  # the imagined kernel or the option made no difference
                    os.remove(path + ".c")
                    os.remove(path + ".flags")
                else:
                    seen[content] = name


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    if os.environ.get("PYTHONHASHSEED") != "0":  # the same texts every time
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable] + sys.argv)
    os.makedirs(sys.argv[1], exist_ok=True)
    collect(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "/usr/sbin")
