// Macros of networking, storage and files.
#include "compiler_worker/kernel_headers/definition_table.hpp"

namespace bccxx::worker {

const std::string_view subsystem_rows = R"(
# addresses and protocols
AF_UNSPEC 0
AF_UNIX 1
AF_LOCAL 1
AF_INET 2
AF_AX25 3
AF_APPLETALK 5
AF_INET6 10
AF_KEY 15
AF_NETLINK 16
AF_ROUTE AF_NETLINK
AF_PACKET 17
AF_CAN 29
AF_TIPC 30
AF_BLUETOOTH 31
AF_ALG 38
AF_NFC 39
AF_VSOCK 40
AF_QIPCRTR 42
AF_SMC 43
AF_XDP 44
AF_MCTP 45
AF_MAX 46
sockaddr_storage __kernel_sockaddr_storage
PF_UNSPEC AF_UNSPEC
PF_UNIX AF_UNIX
PF_LOCAL AF_LOCAL
PF_INET AF_INET
PF_INET6 AF_INET6
PF_NETLINK AF_NETLINK
PF_PACKET AF_PACKET
SOCK_STREAM 1
SOCK_DGRAM 2
SOCK_RAW 3
SOCK_SEQPACKET 5
SOCK_CLOEXEC O_CLOEXEC
SOCK_NONBLOCK O_NONBLOCK
SOCK_TYPE_MASK 0xf
IPPROTO_IP 0
IPPROTO_ICMP 1
IPPROTO_IGMP 2
IPPROTO_IPIP 4
IPPROTO_TCP 6
IPPROTO_UDP 17
IPPROTO_IPV6 41
IPPROTO_GRE 47
IPPROTO_ESP 50
IPPROTO_AH 51
IPPROTO_SCTP 132
IPPROTO_UDPLITE 136
IPPROTO_RAW 255
IPPROTO_HOPOPTS 0
IPPROTO_ROUTING 43
IPPROTO_FRAGMENT 44
IPPROTO_ICMPV6 58
IPPROTO_NONE 59
IPPROTO_DSTOPTS 60
SOL_IP 0
SOL_SOCKET 1
SOL_TCP 6
SOL_UDP 17
SOL_IPV6 41
SOL_RAW 255
SO_DEBUG 1
SO_REUSEADDR 2
SO_TYPE 3
SO_ERROR 4
SO_DONTROUTE 5
SO_BROADCAST 6
SO_SNDBUF 7
SO_RCVBUF 8
SO_KEEPALIVE 9
SO_OOBINLINE 10
SO_PRIORITY 12
SO_LINGER 13
SO_REUSEPORT 15
SO_BINDTODEVICE 25
SO_MARK 36
SO_COOKIE 57
SCM_RIGHTS 0x01
SCM_CREDENTIALS 0x02
IP_TOS 1
IP_TTL 2
IP_HDRINCL 3
IP_OPTIONS 4
IP_RECVERR 11
IP_FREEBIND 15
IP_TRANSPARENT 19
IP_BIND_ADDRESS_NO_PORT 24
IPV6_V6ONLY 26
IPV6_FREEBIND 78
IPV6_TRANSPARENT 75
TCP_NODELAY 1
TCP_MAXSEG 2
TCP_CORK 3
TCP_KEEPIDLE 4
TCP_KEEPINTVL 5
TCP_KEEPCNT 6
TCP_SYNCNT 7
TCP_LINGER2 8
TCP_DEFER_ACCEPT 9
TCP_WINDOW_CLAMP 10
TCP_INFO 11
TCP_QUICKACK 12
TCP_CONGESTION 13
TCP_USER_TIMEOUT 18
TCP_FASTOPEN 23
TCP_CA_NAME_MAX 16
TCPHDR_FIN 0x01
TCPHDR_SYN 0x02
TCPHDR_RST 0x04
TCPHDR_PSH 0x08
TCPHDR_ACK 0x10
TCPHDR_URG 0x20
TCPHDR_ECE 0x40
TCPHDR_CWR 0x80
TCP_SKB_CB(skb) ((struct tcp_skb_cb *)&((skb)->cb[0]))
INADDR_ANY ((unsigned long)0x00000000)
INADDR_LOOPBACK 0x7f000001
INADDR_BROADCAST ((unsigned long)0xffffffff)
IPVERSION 4
IPDEFTTL 64
IP_CE 0x8000
IP_DF 0x4000
IP_MF 0x2000
IP_OFFSET 0x1fff
NEXTHDR_HOP 0
NEXTHDR_TCP 6
NEXTHDR_UDP 17
NEXTHDR_IPV6 41
NEXTHDR_ROUTING 43
NEXTHDR_FRAGMENT 44
NEXTHDR_GRE 47
NEXTHDR_ESP 50
NEXTHDR_AUTH 51
NEXTHDR_ICMP 58
NEXTHDR_NONE 59
NEXTHDR_DEST 60
ICMP_ECHOREPLY 0
ICMP_DEST_UNREACH 3
ICMP_REDIRECT 5
ICMP_ECHO 8
ICMP_TIME_EXCEEDED 11
ICMPV6_DEST_UNREACH 1
ICMPV6_PKT_TOOBIG 2
ICMPV6_TIME_EXCEED 3
ICMPV6_ECHO_REQUEST 128
ICMPV6_ECHO_REPLY 129
MSG_OOB 1
MSG_PEEK 2
MSG_DONTWAIT 0x40
MSG_WAITALL 0x100
MSG_NOSIGNAL 0x4000
MSG_MORE 0x8000
RCV_SHUTDOWN 1
SEND_SHUTDOWN 2
SHUTDOWN_MASK 3
SOCK_MIN_RCVBUF 2048
UNIX_PATH_MAX 108

# links
ETH_ALEN 6
ETH_HLEN 14
ETH_ZLEN 60
ETH_DATA_LEN 1500
ETH_FRAME_LEN 1514
ETH_FCS_LEN 4
ETH_MIN_MTU 68
ETH_P_LOOP 0x0060
ETH_P_IP 0x0800
ETH_P_ARP 0x0806
ETH_P_RARP 0x8035
ETH_P_TEB 0x6558
ETH_P_8021Q 0x8100
ETH_P_8021AD 0x88A8
ETH_P_IPV6 0x86DD
ETH_P_PAUSE 0x8808
ETH_P_MPLS_UC 0x8847
ETH_P_MPLS_MC 0x8848
ETH_P_PPP_SES 0x8864
ETH_P_LLDP 0x88CC
ETH_P_MACSEC 0x88E5
ETH_P_1588 0x88F7
ETH_P_802_3 0x0001
ETH_P_ALL 0x0003
ETH_P_802_2 0x0004
VLAN_HLEN 4
VLAN_ETH_HLEN 18
VLAN_VID_MASK 0x0fff
VLAN_PRIO_MASK 0xe000
VLAN_PRIO_SHIFT 13
VLAN_N_VID 4096
VLAN_CFI_MASK 0x1000
IFNAMSIZ 16
IFALIASZ 256
MAX_ADDR_LEN 32
ARPHRD_ETHER 1
ARPHRD_LOOPBACK 772
PACKET_HOST 0
PACKET_BROADCAST 1
PACKET_MULTICAST 2
PACKET_OTHERHOST 3
PACKET_OUTGOING 4
PACKET_LOOPBACK 5
NETDEV_ALIGN 32
NETIF_F_SG (1ULL << NETIF_F_SG_BIT)
NETIF_F_TSO (1ULL << NETIF_F_TSO_BIT)
NETIF_F_GRO (1ULL << NETIF_F_GRO_BIT)
NETIF_F_LRO (1ULL << NETIF_F_LRO_BIT)
TC_ACT_UNSPEC (-1)
TC_ACT_OK 0
TC_ACT_RECLASSIFY 1
TC_ACT_SHOT 2
TC_ACT_PIPE 3
TC_ACT_STOLEN 4
TC_ACT_QUEUED 5
TC_ACT_REPEAT 6
TC_ACT_REDIRECT 7
TC_ACT_TRAP 8
TC_H_MAJ_MASK 0xFFFF0000U
TC_H_MIN_MASK 0x0000FFFFU
TC_H_ROOT 0xFFFFFFFFU
NF_DROP 0
NF_ACCEPT 1
NF_STOLEN 2
NF_QUEUE 3
NF_REPEAT 4
NF_STOP 5
XT_TABLE_MAXNAMELEN 32
NLM_F_REQUEST 0x01
NLMSG_ALIGNTO 4U
SKB_DATA_ALIGN(x) ALIGN(x, SMP_CACHE_BYTES)
skb_shinfo(skb) ((struct skb_shared_info *)(skb_end_pointer(skb)))

# other names of socket members
.sock sk_node __sk_common.skc_node
.sock sk_nulls_node __sk_common.skc_nulls_node
.sock sk_refcnt __sk_common.skc_refcnt
.sock sk_tx_queue_mapping __sk_common.skc_tx_queue_mapping
.sock sk_rx_queue_mapping __sk_common.skc_rx_queue_mapping
.sock sk_dontcopy_begin __sk_common.skc_dontcopy_begin
.sock sk_hash __sk_common.skc_hash
.sock sk_portpair __sk_common.skc_portpair
.sock sk_num __sk_common.skc_num
.sock sk_dport __sk_common.skc_dport
.sock sk_addrpair __sk_common.skc_addrpair
.sock sk_daddr __sk_common.skc_daddr
.sock sk_rcv_saddr __sk_common.skc_rcv_saddr
.sock sk_family __sk_common.skc_family
.sock sk_state __sk_common.skc_state
.sock sk_reuse __sk_common.skc_reuse
.sock sk_reuseport __sk_common.skc_reuseport
.sock sk_ipv6only __sk_common.skc_ipv6only
.sock sk_net_refcnt __sk_common.skc_net_refcnt
.sock sk_bound_dev_if __sk_common.skc_bound_dev_if
.sock sk_bind_node __sk_common.skc_bind_node
.sock sk_prot __sk_common.skc_prot
.sock sk_net __sk_common.skc_net
.sock sk_v6_daddr __sk_common.skc_v6_daddr
.sock sk_v6_rcv_saddr __sk_common.skc_v6_rcv_saddr
.sock sk_cookie __sk_common.skc_cookie
.sock sk_incoming_cpu __sk_common.skc_incoming_cpu
.sock sk_flags __sk_common.skc_flags
.sock sk_rxhash __sk_common.skc_rxhash
.inet_sock inet_daddr sk.__sk_common.skc_daddr
.inet_sock inet_rcv_saddr sk.__sk_common.skc_rcv_saddr
.inet_sock inet_dport sk.__sk_common.skc_dport
.inet_sock inet_num sk.__sk_common.skc_num
.inet_request_sock ir_loc_addr req.__req_common.skc_rcv_saddr
.inet_request_sock ir_rmt_addr req.__req_common.skc_daddr
.inet_request_sock ir_num req.__req_common.skc_num
.inet_request_sock ir_rmt_port req.__req_common.skc_dport
.inet_request_sock ir_v6_rmt_addr req.__req_common.skc_v6_daddr
.inet_request_sock ir_v6_loc_addr req.__req_common.skc_v6_rcv_saddr
.inet_request_sock ir_iif req.__req_common.skc_bound_dev_if
.inet_request_sock ir_cookie req.__req_common.skc_cookie
.inet_request_sock ireq_net req.__req_common.skc_net
.inet_request_sock ireq_state req.__req_common.skc_state
.inet_request_sock ireq_family req.__req_common.skc_family
.inet_timewait_sock tw_family __tw_common.skc_family
.inet_timewait_sock tw_state __tw_common.skc_state
.inet_timewait_sock tw_reuse __tw_common.skc_reuse
.inet_timewait_sock tw_bound_dev_if __tw_common.skc_bound_dev_if
.inet_timewait_sock tw_node __tw_common.skc_nulls_node
.inet_timewait_sock tw_hash __tw_common.skc_hash
.inet_timewait_sock tw_prot __tw_common.skc_prot
.inet_timewait_sock tw_net __tw_common.skc_net
.inet_timewait_sock tw_daddr __tw_common.skc_daddr
.inet_timewait_sock tw_rcv_saddr __tw_common.skc_rcv_saddr
.inet_timewait_sock tw_dport __tw_common.skc_dport
.inet_timewait_sock tw_num __tw_common.skc_num
.inet_timewait_sock tw_v6_daddr __tw_common.skc_v6_daddr
.inet_timewait_sock tw_v6_rcv_saddr __tw_common.skc_v6_rcv_saddr
.in6_addr s6_addr in6_u.u6_addr8
.in6_addr s6_addr16 in6_u.u6_addr16
.in6_addr s6_addr32 in6_u.u6_addr32

# storage
READ 0
WRITE 1
SECTOR_SHIFT 9
SECTOR_SIZE (1 << SECTOR_SHIFT)
DISK_NAME_LEN 32
BDEVNAME_SIZE 32
REQ_OP_BITS 8
REQ_OP_MASK ((1U << REQ_OP_BITS) - 1)
REQ_FAILFAST_DEV (1ULL << __REQ_FAILFAST_DEV)
REQ_FAILFAST_TRANSPORT (1ULL << __REQ_FAILFAST_TRANSPORT)
REQ_FAILFAST_DRIVER (1ULL << __REQ_FAILFAST_DRIVER)
REQ_SYNC (1ULL << __REQ_SYNC)
REQ_META (1ULL << __REQ_META)
REQ_PRIO (1ULL << __REQ_PRIO)
REQ_NOMERGE (1ULL << __REQ_NOMERGE)
REQ_IDLE (1ULL << __REQ_IDLE)
REQ_INTEGRITY (1ULL << __REQ_INTEGRITY)
REQ_FUA (1ULL << __REQ_FUA)
REQ_PREFLUSH (1ULL << __REQ_PREFLUSH)
REQ_RAHEAD (1ULL << __REQ_RAHEAD)
REQ_BACKGROUND (1ULL << __REQ_BACKGROUND)
REQ_NOWAIT (1ULL << __REQ_NOWAIT)
REQ_POLLED (1ULL << __REQ_POLLED)
REQ_SWAP (1ULL << __REQ_SWAP)
REQ_DRV (1ULL << __REQ_DRV)
bio_op(bio) ((bio)->bi_opf & REQ_OP_MASK)
req_op(rq) ((rq)->cmd_flags & REQ_OP_MASK)
op_is_write(op) (!!((op) & 1))
bio_data_dir(bio) (op_is_write(bio_op(bio)) ? WRITE : READ)
rq_data_dir(rq) (op_is_write(req_op(rq)) ? WRITE : READ)
bio_sectors(bio) ((bio)->bi_iter.bi_size >> SECTOR_SHIFT)
bio_end_sector(bio) ((bio)->bi_iter.bi_sector + bio_sectors(bio))
IOPRIO_CLASS_SHIFT 13
IOPRIO_PRIO_CLASS(priority) (((priority) >> IOPRIO_CLASS_SHIFT) & 7)
IOPRIO_PRIO_DATA(priority) ((priority) & ((1 << IOPRIO_CLASS_SHIFT) - 1))
MINORBITS 20
MINORMASK ((1U << MINORBITS) - 1)
MAJOR(device) ((unsigned int)((device) >> MINORBITS))
MINOR(device) ((unsigned int)((device) & MINORMASK))
MKDEV(major, minor) (((major) << MINORBITS) | (minor))

# files
NAME_MAX 255
PATH_MAX 4096
DNAME_INLINE_LEN sizeof(((struct dentry *)0)->d_iname)
?dentry.d_shortname d_iname d_shortname.string
.dentry d_lock d_lockref.lock
.file f_dentry f_path.dentry
S_IFMT 00170000
S_IFSOCK 0140000
S_IFLNK 0120000
S_IFREG 0100000
S_IFBLK 0060000
S_IFDIR 0040000
S_IFCHR 0020000
S_IFIFO 0010000
S_ISUID 0004000
S_ISGID 0002000
S_ISVTX 0001000
S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)
S_ISBLK(m) (((m) & S_IFMT) == S_IFBLK)
S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)
S_IRWXU 00700
S_IRUSR 00400
S_IWUSR 00200
S_IXUSR 00100
S_IRWXG 00070
S_IRWXO 00007
S_IRUGO 0444
S_IWUGO 0222
O_ACCMODE 00000003
O_RDONLY 00000000
O_WRONLY 00000001
O_RDWR 00000002
O_CREAT 00000100
O_EXCL 00000200
O_NOCTTY 00000400
O_TRUNC 00001000
O_APPEND 00002000
O_NONBLOCK 00004000
O_NDELAY O_NONBLOCK
O_DSYNC 00010000
O_SYNC 04010000
O_CLOEXEC 02000000
O_PATH 010000000
__O_TMPFILE 020000000
O_TMPFILE (__O_TMPFILE | O_DIRECTORY)
AT_FDCWD (-100)
AT_SYMLINK_NOFOLLOW 0x100
AT_REMOVEDIR 0x200
AT_EMPTY_PATH 0x1000
DT_UNKNOWN 0
DT_FIFO 1
DT_CHR 2
DT_DIR 4
DT_BLK 6
DT_REG 8
DT_LNK 10
DT_SOCK 12
EXT4_NAME_LEN 255
SEQ_START_TOKEN ((void *)1)
SEEK_SET 0
SEEK_CUR 1
SEEK_END 2
F_OK 0
F_DUPFD 0
F_GETFD 1
F_SETFD 2
F_GETFL 3
F_SETFL 4
FMODE_READ ((fmode_t)0x1)
FMODE_WRITE ((fmode_t)0x2)
FMODE_LSEEK ((fmode_t)0x4)
FMODE_PREAD ((fmode_t)0x8)
FMODE_PWRITE ((fmode_t)0x10)
FMODE_EXEC ((fmode_t)0x20)
FMODE_NONOTIFY ((fmode_t)0x4000000)
FMODE_CREATED ((fmode_t)0x100000)
FMODE_OPENED ((fmode_t)0x80000)
MS_RDONLY 1
MS_NOSUID 2
MS_NODEV 4
MS_NOEXEC 8
MS_SYNCHRONOUS 16
MS_REMOUNT 32
MS_MANDLOCK 64
MS_DIRSYNC 128
MS_NOATIME 1024
MS_NODIRATIME 2048
MS_BIND 4096
MS_MOVE 8192
MS_REC 16384
MS_SILENT 32768
MS_POSIXACL (1 << 16)
MS_UNBINDABLE (1 << 17)
MS_PRIVATE (1 << 18)
MS_SLAVE (1 << 19)
MS_SHARED (1 << 20)
MS_RELATIME (1 << 21)
MS_STRICTATIME (1 << 24)
MS_LAZYTIME (1 << 25)
SB_RDONLY 1
EXT4_SUPER_MAGIC 0xEF53
TMPFS_MAGIC 0x01021994
NFS_SUPER_MAGIC 0x6969
PROC_SUPER_MAGIC 0x9fa0
SYSFS_MAGIC 0x62656572
SOCKFS_MAGIC 0x534F434B
PIPEFS_MAGIC 0x50495045
OVERLAYFS_SUPER_MAGIC 0x794c7630
BTRFS_SUPER_MAGIC 0x9123683E
XFS_SUPER_MAGIC 0x58465342
EPOLLIN 0x00000001
EPOLLOUT 0x00000004
EPOLLERR 0x00000008
EPOLLHUP 0x00000010
POLLIN 0x0001
POLLOUT 0x0004
POLLERR 0x0008
POLLHUP 0x0010
IOCB_DIRECT (1 << 17)
UIO_FASTIOV 8
UIO_MAXIOV 1024
)"
#if defined(__aarch64__)
                                        R"(
O_DIRECTORY 00040000
O_NOFOLLOW 00100000
O_DIRECT 00200000
O_LARGEFILE 00400000
PAGE_OFFSET 0xffff000000000000UL
)";
#else
                                        R"(
O_DIRECT 00040000
O_LARGEFILE 00100000
O_DIRECTORY 00200000
O_NOFOLLOW 00400000
PAGE_OFFSET __PAGE_OFFSET_BASE_L4
__PAGE_OFFSET_BASE_L4 0xffff888000000000UL
__PAGE_OFFSET_BASE_L5 0xff11000000000000UL
)";
#endif

}  // namespace bccxx::worker
