// Macros of the kernel's core: language helpers, limits, time, errors, processes, memory.
#include "compiler_worker/kernel_headers/definition_table.hpp"

namespace bccxx::worker {

const std::string_view macro_rows = R"(
# language
NULL ((void *)0)
offsetof(type, member) __builtin_offsetof(type, member)
offsetofend(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
sizeof_field(type, member) sizeof(((type *)0)->member)
container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
container_of_const(pointer, type, member) container_of(pointer, type, member)
list_entry(pointer, type, member) container_of(pointer, type, member)
list_first_entry(head, type, member) list_entry((head)->next, type, member)
rb_entry(pointer, type, member) container_of(pointer, type, member)
hlist_entry(pointer, type, member) container_of(pointer, type, member)
likely(x) __builtin_expect(!!(x), 1)
unlikely(x) __builtin_expect(!!(x), 0)
READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
ACCESS_ONCE(x) (*(volatile __typeof__(x) *)&(x))
barrier() __asm__ __volatile__("" : : : "memory")
ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
min(a, b) ({ __typeof__(a) bccxx_a = (a); __typeof__(b) bccxx_b = (b); bccxx_a < bccxx_b ? bccxx_a : bccxx_b; })
max(a, b) ({ __typeof__(a) bccxx_a = (a); __typeof__(b) bccxx_b = (b); bccxx_a > bccxx_b ? bccxx_a : bccxx_b; })
min_t(type, a, b) ({ type bccxx_a = (a); type bccxx_b = (b); bccxx_a < bccxx_b ? bccxx_a : bccxx_b; })
max_t(type, a, b) ({ type bccxx_a = (a); type bccxx_b = (b); bccxx_a > bccxx_b ? bccxx_a : bccxx_b; })
clamp(x, low, high) min(max(x, low), high)
swap(a, b) do { __typeof__(a) bccxx_a = (a); (a) = (b); (b) = bccxx_a; } while (0)
abs(x) ({ __typeof__(x) bccxx_x = (x); bccxx_x < 0 ? -bccxx_x : bccxx_x; })
memset __builtin_memset
memcpy __builtin_memcpy
memmove __builtin_memmove
BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON failed")
__packed __attribute__((packed))
__aligned(x) __attribute__((aligned(x)))
__always_inline inline __attribute__((always_inline))
__maybe_unused __attribute__((unused))
__used __attribute__((used))
__weak __attribute__((weak))
__noreturn __attribute__((noreturn))
__printf(a, b) __attribute__((format(printf, a, b)))
__section(name) __attribute__((section(name)))
noinline __attribute__((noinline))
fallthrough __attribute__((fallthrough))
__user
__kernel
__iomem
__rcu
__percpu
__force
__bitwise
__init
__exit
__read_mostly
__must_check
__stringify_1(x...) #x
__stringify(x...) __stringify_1(x)
bccxx_second(first, second, ...) second
bccxx_one_or_zero(x) bccxx_second(x 1, 0)
bccxx_is_one(x) bccxx_one_or_zero(bccxx_placeholder_##x)
bccxx_is_set(option) bccxx_is_one(option)
IS_ENABLED(option) bccxx_is_set(option)
IS_BUILTIN(option) bccxx_is_set(option)
IS_REACHABLE(option) bccxx_is_set(option)
IS_MODULE(option) 0
THIS_MODULE ((struct module *)0)

# numbers
BIT(n) (1UL << (n))
BIT_ULL(n) (1ULL << (n))
GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (BITS_PER_LONG - 1 - (high))))
GENMASK_ULL(high, low) ((~0ULL << (low)) & (~0ULL >> (63 - (high))))
BITS_PER_BYTE 8
BITS_PER_LONG 64
BITS_PER_LONG_LONG 64
BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
BIT_MASK(n) (1UL << ((n) % BITS_PER_LONG))
BIT_WORD(n) ((n) / BITS_PER_LONG)
DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
DIV_ROUND_CLOSEST(n, d) (((n) + (d) / 2) / (d))
roundup(x, y) ((((x) + (y) - 1) / (y)) * (y))
rounddown(x, y) ((x) - ((x) % (y)))
round_up(x, y) ((((x) - 1) | ((__typeof__(x))(y) - 1)) + 1)
round_down(x, y) ((x) & ~((__typeof__(x))(y) - 1))
ALIGN(x, a) (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
ilog2(n) (63 - __builtin_clzll(n))
is_power_of_2(n) ((n) != 0 && (((n) & ((n) - 1)) == 0))
roundup_pow_of_two(n) ((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzll((unsigned long long)(n) - 1)))
rounddown_pow_of_two(n) (1UL << ilog2(n))
order_base_2(n) ((n) <= 1 ? 0 : ilog2((n) - 1) + 1)
upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
lower_32_bits(n) ((u32)((n) & 0xffffffff))
div_u64(n, d) ((u64)(n) / (u32)(d))
div64_u64(n, d) ((u64)(n) / (u64)(d))
do_div(n, base) ({ u32 bccxx_rest = (u64)(n) % (u32)(base); (n) = (u64)(n) / (u32)(base); bccxx_rest; })
fls(x) ((x) ? 32 - __builtin_clz(x) : 0)
fls64(x) ((x) ? 64 - __builtin_clzll(x) : 0)
ffs(x) __builtin_ffs(x)
__ffs(x) __builtin_ctzl(x)
hweight32(x) __builtin_popcount(x)
hweight64(x) __builtin_popcountll(x)
CHAR_BIT 8
SCHAR_MAX 127
UCHAR_MAX 255
SHRT_MAX 32767
SHRT_MIN (-SHRT_MAX - 1)
USHRT_MAX 65535
INT_MAX 0x7fffffff
INT_MIN (-INT_MAX - 1)
UINT_MAX (~0U)
LONG_MAX ((long)(~0UL >> 1))
LONG_MIN (-LONG_MAX - 1)
ULONG_MAX (~0UL)
LLONG_MAX ((long long)(~0ULL >> 1))
LLONG_MIN (-LLONG_MAX - 1)
ULLONG_MAX (~0ULL)
SIZE_MAX (~(size_t)0)
U8_MAX ((u8)~0U)
S8_MAX ((s8)(U8_MAX >> 1))
S8_MIN ((s8)(-S8_MAX - 1))
U16_MAX ((u16)~0U)
S16_MAX ((s16)(U16_MAX >> 1))
S16_MIN ((s16)(-S16_MAX - 1))
U32_MAX ((u32)~0U)
S32_MAX ((s32)(U32_MAX >> 1))
S32_MIN ((s32)(-S32_MAX - 1))
U64_MAX ((u64)~0ULL)
S64_MAX ((s64)(U64_MAX >> 1))
S64_MIN ((s64)(-S64_MAX - 1))
UINT8_MAX 0xff
UINT16_MAX 0xffff
UINT32_MAX 0xffffffffU
UINT64_MAX 0xffffffffffffffffULL
INT32_MAX 0x7fffffff
INT64_MAX 0x7fffffffffffffffLL

# byte order; the machines are little-endian
__LITTLE_ENDIAN 1234
__LITTLE_ENDIAN_BITFIELD 1
ntohs(x) ((u16)__builtin_bswap16((u16)(x)))
htons(x) ((__be16)__builtin_bswap16((u16)(x)))
ntohl(x) ((u32)__builtin_bswap32((u32)(x)))
htonl(x) ((__be32)__builtin_bswap32((u32)(x)))
___htons(x) htons(x)
___ntohs(x) ntohs(x)
__constant_htons(x) htons(x)
__constant_htonl(x) htonl(x)
__constant_ntohs(x) ntohs(x)
__constant_ntohl(x) ntohl(x)
__constant_cpu_to_be16(x) htons(x)
__constant_cpu_to_be32(x) htonl(x)
swab16(x) ((u16)__builtin_bswap16((u16)(x)))
swab32(x) ((u32)__builtin_bswap32((u32)(x)))
swab64(x) ((u64)__builtin_bswap64((u64)(x)))
__swab16(x) swab16(x)
__swab32(x) swab32(x)
__swab64(x) swab64(x)
be16_to_cpu(x) swab16(x)
be32_to_cpu(x) swab32(x)
be64_to_cpu(x) swab64(x)
cpu_to_be16(x) ((__be16)swab16(x))
cpu_to_be32(x) ((__be32)swab32(x))
cpu_to_be64(x) ((__be64)swab64(x))
__be16_to_cpu(x) be16_to_cpu(x)
__be32_to_cpu(x) be32_to_cpu(x)
__be64_to_cpu(x) be64_to_cpu(x)
__cpu_to_be16(x) cpu_to_be16(x)
__cpu_to_be32(x) cpu_to_be32(x)
__cpu_to_be64(x) cpu_to_be64(x)
be16_to_cpup(p) be16_to_cpu(*(p))
be32_to_cpup(p) be32_to_cpu(*(p))
be64_to_cpup(p) be64_to_cpu(*(p))
le16_to_cpu(x) ((u16)(x))
le32_to_cpu(x) ((u32)(x))
le64_to_cpu(x) ((u64)(x))
cpu_to_le16(x) ((__le16)(x))
cpu_to_le32(x) ((__le32)(x))
cpu_to_le64(x) ((__le64)(x))

# pointers that are errors
MAX_ERRNO 4095
IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
IS_ERR(p) IS_ERR_VALUE((unsigned long)(p))
IS_ERR_OR_NULL(p) (!(p) || IS_ERR(p))
PTR_ERR(p) ((long)(p))
ERR_PTR(e) ((void *)(long)(e))

# time; HZ and LINUX_VERSION_CODE are found out at run time
NSEC_PER_SEC 1000000000L
NSEC_PER_MSEC 1000000L
NSEC_PER_USEC 1000L
USEC_PER_SEC 1000000L
USEC_PER_MSEC 1000L
MSEC_PER_SEC 1000L
PSEC_PER_NSEC 1000L
FSEC_PER_SEC 1000000000000000LL
USER_HZ 100
CLOCKS_PER_SEC USER_HZ
TICK_NSEC ((NSEC_PER_SEC + HZ / 2) / HZ)
CLOCK_REALTIME 0
CLOCK_MONOTONIC 1
CLOCK_PROCESS_CPUTIME_ID 2
CLOCK_THREAD_CPUTIME_ID 3
CLOCK_BOOTTIME 7
msecs_to_jiffies(m) ((unsigned long)(m) * HZ / 1000)
jiffies_to_msecs(j) ((unsigned int)((j) * 1000UL / HZ))
jiffies_to_usecs(j) ((unsigned int)((j) * 1000000UL / HZ))
ktime_to_ns(t) (t)

# version
KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))

# errors
EPERM 1
ENOENT 2
ESRCH 3
EINTR 4
EIO 5
ENXIO 6
E2BIG 7
ENOEXEC 8
EBADF 9
ECHILD 10
EAGAIN 11
ENOMEM 12
EACCES 13
EFAULT 14
ENOTBLK 15
EBUSY 16
EEXIST 17
EXDEV 18
ENODEV 19
ENOTDIR 20
EISDIR 21
EINVAL 22
ENFILE 23
EMFILE 24
ENOTTY 25
ETXTBSY 26
EFBIG 27
ENOSPC 28
ESPIPE 29
EROFS 30
EMLINK 31
EPIPE 32
EDOM 33
ERANGE 34
EDEADLK 35
ENAMETOOLONG 36
ENOLCK 37
ENOSYS 38
ENOTEMPTY 39
ELOOP 40
EWOULDBLOCK EAGAIN
ENOMSG 42
EIDRM 43
ENODATA 61
ETIME 62
EPROTO 71
EBADMSG 74
EOVERFLOW 75
EILSEQ 84
EUSERS 87
ENOTSOCK 88
EDESTADDRREQ 89
EMSGSIZE 90
EPROTOTYPE 91
ENOPROTOOPT 92
EPROTONOSUPPORT 93
ESOCKTNOSUPPORT 94
EOPNOTSUPP 95
EPFNOSUPPORT 96
EAFNOSUPPORT 97
EADDRINUSE 98
EADDRNOTAVAIL 99
ENETDOWN 100
ENETUNREACH 101
ENETRESET 102
ECONNABORTED 103
ECONNRESET 104
ENOBUFS 105
EISCONN 106
ENOTCONN 107
ESHUTDOWN 108
ETOOMANYREFS 109
ETIMEDOUT 110
ECONNREFUSED 111
EHOSTDOWN 112
EHOSTUNREACH 113
EALREADY 114
EINPROGRESS 115
ESTALE 116
EDQUOT 122
ECANCELED 125
EOWNERDEAD 130
ENOTRECOVERABLE 131
ERESTARTSYS 512
ERESTARTNOINTR 513
ERESTARTNOHAND 514
ENOIOCTLCMD 515
ERESTART_RESTARTBLOCK 516
EPROBE_DEFER 517
ENOTSUPP 524
EIOCBQUEUED 529

# processes
TASK_COMM_LEN 16
TASK_RUNNING 0
TASK_INTERRUPTIBLE 1
TASK_UNINTERRUPTIBLE 2
__TASK_STOPPED 4
__TASK_TRACED 8
EXIT_DEAD 16
EXIT_ZOMBIE 32
EXIT_TRACE (EXIT_ZOMBIE | EXIT_DEAD)
TASK_PARKED 64
TASK_DEAD 128
TASK_WAKEKILL 256
TASK_WAKING 512
TASK_NOLOAD 1024
TASK_NEW 2048
TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
TASK_STOPPED (TASK_WAKEKILL | __TASK_STOPPED)
TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
PF_IDLE 0x00000002
PF_EXITING 0x00000004
PF_IO_WORKER 0x00000010
PF_WQ_WORKER 0x00000020
PF_FORKNOEXEC 0x00000040
PF_SUPERPRIV 0x00000100
PF_DUMPCORE 0x00000200
PF_SIGNALED 0x00000400
PF_MEMALLOC 0x00000800
PF_KSWAPD 0x00020000
PF_KTHREAD 0x00200000
PF_RANDOMIZE 0x00400000
CLONE_VM 0x00000100
CLONE_FS 0x00000200
CLONE_FILES 0x00000400
CLONE_SIGHAND 0x00000800
CLONE_PIDFD 0x00001000
CLONE_PTRACE 0x00002000
CLONE_VFORK 0x00004000
CLONE_PARENT 0x00008000
CLONE_THREAD 0x00010000
CLONE_NEWNS 0x00020000
CLONE_SYSVSEM 0x00040000
CLONE_SETTLS 0x00080000
CLONE_PARENT_SETTID 0x00100000
CLONE_CHILD_CLEARTID 0x00200000
CLONE_NEWCGROUP 0x02000000
CLONE_NEWUTS 0x04000000
CLONE_NEWIPC 0x08000000
CLONE_NEWUSER 0x10000000
CLONE_NEWPID 0x20000000
CLONE_NEWNET 0x40000000
CLONE_IO 0x80000000
SCHED_NORMAL 0
SCHED_FIFO 1
SCHED_RR 2
SCHED_BATCH 3
SCHED_IDLE 5
SCHED_DEADLINE 6
MAX_NICE 19
MIN_NICE (-20)
MAX_RT_PRIO 100
MAX_PRIO (MAX_RT_PRIO + 40)
DEFAULT_PRIO (MAX_RT_PRIO + 20)
SIGHUP 1
SIGINT 2
SIGQUIT 3
SIGILL 4
SIGTRAP 5
SIGABRT 6
SIGIOT 6
SIGBUS 7
SIGFPE 8
SIGKILL 9
SIGUSR1 10
SIGSEGV 11
SIGUSR2 12
SIGPIPE 13
SIGALRM 14
SIGTERM 15
SIGSTKFLT 16
SIGCHLD 17
SIGCONT 18
SIGSTOP 19
SIGTSTP 20
SIGTTIN 21
SIGTTOU 22
SIGURG 23
SIGXCPU 24
SIGXFSZ 25
SIGVTALRM 26
SIGPROF 27
SIGWINCH 28
SIGIO 29
SIGPOLL SIGIO
SIGPWR 30
SIGSYS 31
SIGRTMIN 32
SIGRTMAX 64
PERF_MAX_STACK_DEPTH 127
PTRACE_TRACEME 0
PTRACE_ATTACH 16
PTRACE_SEIZE 0x4206
PTRACE_EVENT_FORK 1
PTRACE_EVENT_VFORK 2
PTRACE_EVENT_CLONE 3
PTRACE_EVENT_EXEC 4
PTRACE_EVENT_VFORK_DONE 5
PTRACE_EVENT_EXIT 6
BINPRM_BUF_SIZE 256
NUMA_NO_NODE (-1)
IRQF_SHARED 0x00000080
GLOBAL_ROOT_UID ((kuid_t){0})
GLOBAL_ROOT_GID ((kgid_t){0})

# capabilities
CAP_CHOWN 0
CAP_DAC_OVERRIDE 1
CAP_DAC_READ_SEARCH 2
CAP_FOWNER 3
CAP_FSETID 4
CAP_KILL 5
CAP_SETGID 6
CAP_SETUID 7
CAP_SETPCAP 8
CAP_LINUX_IMMUTABLE 9
CAP_NET_BIND_SERVICE 10
CAP_NET_BROADCAST 11
CAP_NET_ADMIN 12
CAP_NET_RAW 13
CAP_IPC_LOCK 14
CAP_IPC_OWNER 15
CAP_SYS_MODULE 16
CAP_SYS_RAWIO 17
CAP_SYS_CHROOT 18
CAP_SYS_PTRACE 19
CAP_SYS_PACCT 20
CAP_SYS_ADMIN 21
CAP_SYS_BOOT 22
CAP_SYS_NICE 23
CAP_SYS_RESOURCE 24
CAP_SYS_TIME 25
CAP_SYS_TTY_CONFIG 26
CAP_MKNOD 27
CAP_LEASE 28
CAP_AUDIT_WRITE 29
CAP_AUDIT_CONTROL 30
CAP_SETFCAP 31
CAP_MAC_OVERRIDE 32
CAP_MAC_ADMIN 33
CAP_SYSLOG 34
CAP_WAKE_ALARM 35
CAP_BLOCK_SUSPEND 36
CAP_AUDIT_READ 37
CAP_PERFMON 38
CAP_BPF 39
CAP_CHECKPOINT_RESTORE 40
CAP_OPT_NONE 0x0
CAP_OPT_NOAUDIT BIT(1)
CAP_OPT_INSETID BIT(2)

# memory
PAGE_SIZE (1UL << PAGE_SHIFT)
PAGE_MASK (~(PAGE_SIZE - 1))
PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)
PFN_DOWN(x) ((x) >> PAGE_SHIFT)
PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
PMD_SHIFT 21
PUD_SHIFT 30
MAX_ORDER 11
L1_CACHE_BYTES 64
SMP_CACHE_BYTES L1_CACHE_BYTES
____cacheline_aligned __attribute__((aligned(SMP_CACHE_BYTES)))
nth_page(page, n) ((page) + (n))
folio_page(folio, n) nth_page(&(folio)->page, n)
PROT_NONE 0x0
PROT_READ 0x1
PROT_WRITE 0x2
PROT_EXEC 0x4
MAP_SHARED 0x01
MAP_PRIVATE 0x02
MAP_FIXED 0x10
MAP_ANONYMOUS 0x20
MAP_ANON MAP_ANONYMOUS
MAP_POPULATE 0x8000
MAP_HUGETLB 0x40000
MREMAP_MAYMOVE 1
MREMAP_FIXED 2
VM_NONE 0x00000000
VM_READ 0x00000001
VM_WRITE 0x00000002
VM_EXEC 0x00000004
VM_SHARED 0x00000008
VM_GROWSDOWN 0x00000100
VM_LOCKED 0x00002000
VM_IO 0x00004000
VM_HUGETLB 0x00400000
?zone.watermark_boost min_wmark_pages(z) ((z)->_watermark[WMARK_MIN] + (z)->watermark_boost)
?zone.watermark_boost low_wmark_pages(z) ((z)->_watermark[WMARK_LOW] + (z)->watermark_boost)
?zone.watermark_boost high_wmark_pages(z) ((z)->_watermark[WMARK_HIGH] + (z)->watermark_boost)
FAULT_FLAG_WRITE 0x01
FAULT_FLAG_USER 0x40
PAGE_ALLOC_COSTLY_ORDER 3
COMPACT_CLUSTER_MAX SWAP_CLUSTER_MAX
SWAP_CLUSTER_MAX 32UL
IPC_CREAT 00001000
IPC_EXCL 00002000
IPC_NOWAIT 00004000
IPC_PRIVATE ((key_t)0)
IPC_RMID 0
IPC_SET 1
IPC_STAT 2
IPC_INFO 3
SHM_R 0400
SHM_W 0200
SHM_HUGETLB 04000
SHM_NORESERVE 010000
SHM_RDONLY 010000
SHM_RND 020000
SHM_REMAP 040000
SHM_EXEC 0100000

# allocation: enumerators since 6.10, numbers before
___GFP_DMA_BIT 0
___GFP_HIGHMEM_BIT 1
___GFP_DMA32_BIT 2
___GFP_MOVABLE_BIT 3
___GFP_RECLAIMABLE_BIT 4
___GFP_HIGH_BIT 5
___GFP_IO_BIT 6
___GFP_FS_BIT 7
___GFP_ZERO_BIT 8
___GFP_DIRECT_RECLAIM_BIT 10
___GFP_KSWAPD_RECLAIM_BIT 11
___GFP_WRITE_BIT 12
___GFP_NOWARN_BIT 13
___GFP_RETRY_MAYFAIL_BIT 14
___GFP_NOFAIL_BIT 15
___GFP_NORETRY_BIT 16
___GFP_MEMALLOC_BIT 17
___GFP_COMP_BIT 18
___GFP_NOMEMALLOC_BIT 19
___GFP_HARDWALL_BIT 20
___GFP_THISNODE_BIT 21
___GFP_ACCOUNT_BIT 22
__GFP_DMA ((gfp_t)(1UL << ___GFP_DMA_BIT))
__GFP_HIGHMEM ((gfp_t)(1UL << ___GFP_HIGHMEM_BIT))
__GFP_DMA32 ((gfp_t)(1UL << ___GFP_DMA32_BIT))
__GFP_MOVABLE ((gfp_t)(1UL << ___GFP_MOVABLE_BIT))
__GFP_RECLAIMABLE ((gfp_t)(1UL << ___GFP_RECLAIMABLE_BIT))
__GFP_HIGH ((gfp_t)(1UL << ___GFP_HIGH_BIT))
__GFP_IO ((gfp_t)(1UL << ___GFP_IO_BIT))
__GFP_FS ((gfp_t)(1UL << ___GFP_FS_BIT))
__GFP_ZERO ((gfp_t)(1UL << ___GFP_ZERO_BIT))
__GFP_DIRECT_RECLAIM ((gfp_t)(1UL << ___GFP_DIRECT_RECLAIM_BIT))
__GFP_KSWAPD_RECLAIM ((gfp_t)(1UL << ___GFP_KSWAPD_RECLAIM_BIT))
__GFP_WRITE ((gfp_t)(1UL << ___GFP_WRITE_BIT))
__GFP_NOWARN ((gfp_t)(1UL << ___GFP_NOWARN_BIT))
__GFP_RETRY_MAYFAIL ((gfp_t)(1UL << ___GFP_RETRY_MAYFAIL_BIT))
__GFP_NOFAIL ((gfp_t)(1UL << ___GFP_NOFAIL_BIT))
__GFP_NORETRY ((gfp_t)(1UL << ___GFP_NORETRY_BIT))
__GFP_MEMALLOC ((gfp_t)(1UL << ___GFP_MEMALLOC_BIT))
__GFP_COMP ((gfp_t)(1UL << ___GFP_COMP_BIT))
__GFP_NOMEMALLOC ((gfp_t)(1UL << ___GFP_NOMEMALLOC_BIT))
__GFP_HARDWALL ((gfp_t)(1UL << ___GFP_HARDWALL_BIT))
__GFP_THISNODE ((gfp_t)(1UL << ___GFP_THISNODE_BIT))
__GFP_ACCOUNT ((gfp_t)(1UL << ___GFP_ACCOUNT_BIT))
__GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
GFP_NOIO __GFP_RECLAIM
GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
GFP_USER (GFP_KERNEL | __GFP_HARDWALL)
GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
GFP_DMA __GFP_DMA
GFP_DMA32 __GFP_DMA32

# hashes
GOLDEN_RATIO_32 0x61C88647
GOLDEN_RATIO_64 0x61C8864680B583EBULL
hash_long(value, bits) hash_64(value, bits)
hash_ptr(pointer, bits) hash_64((unsigned long)(pointer), bits)
JHASH_INITVAL 0xdeadbeef
bccxx_jhash_turn(x, y, z, n) ((x) -= (z), (x) ^= rol32(z, n), (z) += (y))
bccxx_jhash_join(x, y, n) ((x) ^= (y), (x) -= rol32(y, n))
__jhash_mix(a, b, c) (bccxx_jhash_turn(a, b, c, 4), bccxx_jhash_turn(b, c, a, 6), bccxx_jhash_turn(c, a, b, 8), bccxx_jhash_turn(a, b, c, 16), bccxx_jhash_turn(b, c, a, 19), bccxx_jhash_turn(c, a, b, 4))
__jhash_final(a, b, c) (bccxx_jhash_join(c, b, 14), bccxx_jhash_join(a, c, 11), bccxx_jhash_join(b, a, 25), bccxx_jhash_join(c, b, 16), bccxx_jhash_join(a, c, 4), bccxx_jhash_join(b, a, 14), bccxx_jhash_join(c, b, 24))
jhash_3words(a, b, c, seed) bccxx_jhash_words(a, b, c, (seed) + JHASH_INITVAL + (3 << 2))
jhash_2words(a, b, seed) bccxx_jhash_words(a, b, 0, (seed) + JHASH_INITVAL + (2 << 2))
jhash_1word(a, seed) bccxx_jhash_words(a, 0, 0, (seed) + JHASH_INITVAL + (1 << 2))

# what a kernel was configured with, as far as its types show it
?bio.bi_blkg CONFIG_BLK_CGROUP 1
?task_struct.cgroups CONFIG_CGROUPS 1
?task_struct.sched_task_group CONFIG_CGROUP_SCHED 1
?task_struct.loginuid CONFIG_AUDITSYSCALL 1
?task_struct.delays CONFIG_TASK_DELAY_ACCT 1
?task_struct.numa_faults CONFIG_NUMA_BALANCING 1
?task_struct.stack_canary CONFIG_STACKPROTECTOR 1
?task_struct.sched_info CONFIG_SCHED_INFO 1
?sock_common.skc_v6_daddr CONFIG_IPV6 1
?sock_common.skc_net CONFIG_NET_NS 1
?sock.sk_security CONFIG_SECURITY_NETWORK 1
?inode.i_security CONFIG_SECURITY 1
?inode.i_fsnotify_mask CONFIG_FSNOTIFY 1
?super_block.s_dquot CONFIG_QUOTA 1
?zone.node CONFIG_NUMA 1
?kmem_cache.cpu_slab CONFIG_SLUB 1
?mem_cgroup.css CONFIG_MEMCG 1
?perf_event.attr CONFIG_PERF_EVENTS 1
?hd_struct.partno CONFIG_PARTITIONS 1
?pid_namespace.ns CONFIG_PID_NS 1
?uts_namespace.ns CONFIG_UTS_NS 1
?ipc_namespace.ns CONFIG_IPC_NS 1
?rq.cfs CONFIG_SMP 1
)";

}  // namespace bccxx::worker
