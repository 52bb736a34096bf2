#!/usr/bin/python3
"""Collects the BPF texts of bcc's own tools, as the installed package (bpfcc-tools) would compile them.

    collect_texts.py DIRECTORY [TOOL-DIRECTORY [PATTERN]]

Every tool is run up to the point where it hands its text to bcc, once on an imagined kernel that has every function,
tracepoint and program type the tool asks about, once on one that has none, and, if the tool asks for members of
structs, once on one that has everything and the members of kernel 6.1 instead of the running kernel's. The texts go to
DIRECTORY/NAME.c, with the tool's flags for the compiler, one a line, in DIRECTORY/NAME.flags. A tool that never gets
that far is named on standard output with its reason. PATTERN is one of the shell's for the names of the tools.
"""

import builtins
import curses
import fnmatch
import glob
import io
import os
import runpy
import signal
import subprocess
import sys

import bcc

# What a tool needs on its command line before it makes a text, and options that make it write another one.
ARGUMENTS = {
    "argdist": [["-H", "p::vfs_read(struct file *f, char *b, size_t n):u64:n"],
                ["-C", "t:sched:sched_switch():u32:args->next_pid"]],
    "bindsnoop": [[], ["-p", "1", "-P", "80"], ["--count", "-u", "0"]],
    "biolatpcts": [["7:0"]],
    "biosnoop": [[], ["-Q"], ["-P"]],
    "biolatency": [[], ["-Q"], ["-D"], ["-F"], ["-j", "-e"]],
    "capable": [[], ["-K", "-U"], ["-x"], ["-p", "1", "--cgroupmap", "/sys/fs/bpf/x"]],
    "compactsnoop": [[], ["-p", "1"], ["-K", "-e"]],
    "cpudist": [[], ["-O"], ["-P"], ["-L", "-I", "-e"]],
    "dbslower": [["mysql", "-x", "/bin/true"], ["mysql"]],
    "dbstat": [["mysql"], ["postgres", "-m", "10"]],
    "dcsnoop": [[], ["-a"]],
    "deadlock": [["1", "--binary", "/bin/true"]],
    "dirtop": [["-d", "/tmp"]],
    "drsnoop": [[], ["-p", "1"], ["-v"]],
    "execsnoop": [[], ["--cgroupmap", "/sys/fs/bpf/x"], ["-u", "1000"], ["--max-args", "5"]],
    "exitsnoop": [[], ["-p", "1"], ["-x"]],
    "ext4dist": [[], ["-p", "1"]],
    "ext4slower": [[], ["-p", "1", "0"]],
    "fileslower": [["0"], ["-a"]],
    "filetop": [[], ["-a", "-p", "1"]],
    "funccount": [["vfs_*"], ["t:sched:sched_*"], ["c:malloc"]],
    "funcinterval": [["vfs_read"], ["t:sched:sched_switch"]],
    "funclatency": [["vfs_read"], ["-F", "vfs_read"], ["-p", "1", "vfs_read"]],
    "funcslower": [["vfs_read"], ["-a", "2", "vfs_read"], ["-U", "-K", "vfs_read"]],
    "gethostlatency": [[], ["-p", "1"]],
    "hardirqs": [[], ["-d"], ["-C"]],
    "inject": [["kmalloc", "-v", "SyS_mount()"], ["bio", "should_fail_bio() => submit_bio()"]],
    "killsnoop": [[], ["-x", "-p", "1"]],
    "klockstat": [[], ["-p", "1"]],
    "llcstat": [[], ["-t"]],
    "memleak": [[], ["-p", "1"], ["--combined-only"], ["--percpu"]],
    "mysqld_qslower": [["1"]],
    "netqtop": [["-n", "lo"]],
    "offcputime": [[], ["-K"], ["-U"], ["-p", "1"], ["-k"], ["--state", "2"]],
    "offwaketime": [[], ["-p", "1"], ["-K"], ["-U"]],
    "opensnoop": [[], ["-x"], ["-F"], ["-n", "main"], ["-u", "0"], ["--cgroupmap", "/sys/fs/bpf/x"]],
    "ppchcalls": [[], ["-L"], ["-p", "1"]],
    "profile": [[], ["-U"], ["-p", "1"], ["-I"], ["-K"], ["--cgroupmap", "/sys/fs/bpf/x"]],
    "runqlat": [[], ["-P"], ["--pidns"], ["-p", "1"], ["-L"]],
    "runqlen": [[], ["-C"], ["-O"]],
    "runqslower": [[], ["-P"], ["-p", "1"]],
    "shmsnoop": [[], ["-p", "1"]],
    "sofdsnoop": [[], ["-p", "1"]],
    "softirqs": [[], ["-d"], ["-C"]],
    "solisten": [[], ["-p", "1"]],
    "stackcount": [["submit_bio"], ["t:sched:sched_switch"], ["-P", "submit_bio"], ["-p", "1", "-U", "c:malloc"]],
    "statsnoop": [[], ["-x", "-p", "1"]],
    "syscount": [[], ["-L"], ["-P"], ["-x"], ["-e", "EIO", "-L", "-P"]],
    "tcpaccept": [[], ["-p", "1"], ["-P", "80"], ["-4"]],
    "tcpcong": [[], ["-R", "80-90"], ["-L", "80", "-d"]],
    "tcpconnect": [[], ["-d"], ["-c"], ["-U"], ["-P", "80"]],
    "tcpconnlat": [[], ["-L"], ["1"]],
    "tcpdrop": [[], ["-4"]],
    "tcplife": [[], ["-4"], ["-D", "80"]],
    "tcpretrans": [[], ["-l"], ["-c"], ["-s"]],
    "tcprtt": [[], ["-e"], ["-a", "127.0.0.1"], ["-B"]],
    "tcpstates": [[], ["-D", "80"], ["-Y"]],
    "tcpsubnet": [["10.0.0.0/8"]],
    "tcpsynbl": [[], ["-4"]],
    "tcptop": [[], ["-p", "1"], ["-6"]],
    "tcptracer": [[], ["-p", "1"], ["-4"]],
    "trace": [["do_sys_open", "%s", "arg2"], ["t:block:block_rq_complete", "sectors=%d", "args->nr_sector"],
              ["-K", "p::vfs_read"], ["-t", "-u", "0", "r::vfs_read", "%d", "retval"],
              ["kfunc:vfs_read(struct file *file, char *buf)", "%x", "file"]],
    "ttysnoop": [["/dev/null"]],
    "ucalls": [["-l", language, "1"] for language in ("java", "perl", "php", "python", "ruby", "tcl")] +
              [["-l", "none", "-S", "1"], ["-l", "none", "-S", "-L", "1"], ["-l", "python", "-S", "-L", "1"]],
    "uflow": [["-l", "python", "1"], ["-l", "java", "-M", "indexOf", "1"]],
    "ugc": [["-l", language, "1"] for language in ("java", "node", "python", "ruby")],
    "uobjnew": [["-l", language, "1"] for language in ("java", "ruby", "tcl", "c")],
    "ustat": [["-l", language] for language in ("java", "node", "perl", "php", "python", "ruby", "tcl")],
    "uthreads": [["-l", "java", "1"], ["-l", "c", "1"]],
    "vfsstat": [[], ["-p", "1"]],
    "virtiostat": [[], ["-D"]],
    "wakeuptime": [[], ["-p", "1"], ["-u"]],
}
# Tools of bcc that have no suffix: scripts of other names call them.
UNSUFFIXED = ("ucalls", "uflow", "ugc", "uobjnew", "ustat", "uthreads")
# The members that tools ask about and kernel 6.1 has.
MEMBERS_OF_6_1 = {"bio.bi_bdev", "iov_iter.iter_type", "renamedata.old_mnt_userns", "sock.sk_protocol",
                  "task_struct.__state", "trace_event_raw_kfree_skb.reason"}
ASKED_FOR_MEMBERS = 10  # the exit status of such a tool
SECONDS = 20
# Some tools look here for the data they read, which only some kernels list.
SYMBOLS = "".join("0000000000000000 D %s\n" % name for name in (
    "btrfs_file_operations", "ext4_file_operations", "vm_stat", "vm_zone_stat", "mutex_lock_nested"))


class Anything:
    """What a module, a screen or a USDT probe is to a tool before it has a text."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, _):
        return lambda *args, **kwargs: b""


def imagined(directory, name, has, members_of_6_1):
    """Sets up a BPF class that writes the text it is given and ends the process."""
    status = [0]

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
            os._exit(status[0])

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

        @staticmethod
        def kernel_struct_has_field(struct, member):
            status[0] = ASKED_FOR_MEMBERS
            if not members_of_6_1:
                return real_has_field(struct, member)
            return int("%s.%s" % (os.fsdecode(struct), os.fsdecode(member)) in MEMBERS_OF_6_1)

    real_open = builtins.open
    real_exists = os.path.exists
    real_has_field = bcc.BPF.kernel_struct_has_field

    def open_imagined(file, *args, **kwargs):
        return io.StringIO(SYMBOLS) if file == "/proc/kallsyms" else real_open(file, *args, **kwargs)

    def exists_imagined(path):
        return has if "/tracing/events/" in os.fsdecode(path) else real_exists(path)

    builtins.open = open_imagined
    os.path.exists = exists_imagined
    os.access = lambda *args, **kwargs: True
    # Who makes the processor, or which processes are databases.
    subprocess.check_output = lambda command, **_: b"GenuineIntel" if "cpuinfo" in command else b"1"
    curses.wrapper = lambda function, *args: function(Anything(), *args)
    for module in ("dnslib", "cachetools", "systemd"):
        sys.modules[module] = Anything()
    bcc.BPF = Recorder
    bcc.USDT = Anything


def run_tool(tool, arguments, *kernel):
    """Runs one tool in a child process; returns whether it asked for members, and what was wrong."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        imagined(*kernel)
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
    asked = os.WIFEXITED(status) and os.WEXITSTATUS(status) == ASKED_FOR_MEMBERS
    return asked, "" if asked or status == 0 else reason or "ended by signal %d" % (status & 127)


def is_python(path):
    with open(path, "rb") as file:
        return b"python" in file.readline()


class Collection:
    def __init__(self, directory):
        self.directory = directory
        self.seen = {}

    def add(self, tool, arguments, name, has, members_of_6_1=False):
        asked, reason = run_tool(tool, arguments, self.directory, name, has, members_of_6_1)
        if reason:
            print("%s: %s" % (name, reason))
            return asked
        path = os.path.join(self.directory, name)
        with open(path + ".c", "rb") as text, open(path + ".flags", "rb") as flags:
            content = (text.read(), flags.read())
        if content in self.seen:  # the imagined kernel or the option made no difference
            os.remove(path + ".c")
            os.remove(path + ".flags")
        else:
            self.seen[content] = name
        return asked


def collect(directory, tool_directory="/usr/sbin", pattern="*"):
    tools = sorted(glob.glob(os.path.join(tool_directory, "*-bpfcc")))
    tools += [os.path.join(tool_directory, name) for name in UNSUFFIXED]
    collection = Collection(directory)
    for tool in tools:
        base = os.path.basename(tool).replace("-bpfcc", "")
        if not fnmatch.fnmatch(base, pattern) or not is_python(tool):
            continue
        for number, arguments in enumerate(ARGUMENTS.get(base, [[]])):
            name = base + (".%d" % number if number else "")
            if collection.add(tool, arguments, name, has=True):
                collection.add(tool, arguments, name + ".6.1", has=True, members_of_6_1=True)
            collection.add(tool, arguments, name + ".bare", has=False)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    if os.environ.get("PYTHONHASHSEED") != "0":  # the same texts every time
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable] + sys.argv)
    os.makedirs(sys.argv[1], exist_ok=True)
    collect(*sys.argv[1:])
