// Inline functions of the kernel that BPF texts call.
#include "compiler_worker/kernel_headers/definition_table.hpp"

namespace bccxx::worker {

const std::string_view function_rows = R"(
struct inet_sock *inet_sk(const struct sock *sk) { return (struct inet_sock *)sk; }

struct tcp_sock *tcp_sk(const struct sock *sk) { return (struct tcp_sock *)sk; }

struct udp_sock *udp_sk(const struct sock *sk) { return (struct udp_sock *)sk; }

struct unix_sock *unix_sk(const struct sock *sk) { return (struct unix_sock *)sk; }

struct raw_sock *raw_sk(const struct sock *sk) { return (struct raw_sock *)sk; }

struct inet_connection_sock *inet_csk(const struct sock *sk) { return (struct inet_connection_sock *)sk; }

struct inet_timewait_sock *inet_twsk(const struct sock *sk) { return (struct inet_timewait_sock *)sk; }

struct request_sock *inet_reqsk(const struct sock *sk) { return (struct request_sock *)sk; }

struct tcp_request_sock *tcp_rsk(const struct request_sock *req) { return (struct tcp_request_sock *)req; }

struct inet_request_sock *inet_rsk(const struct request_sock *req) { return (struct inet_request_sock *)req; }

struct ipv6_pinfo *inet6_sk(const struct sock *sk) { return ((struct inet_sock *)sk)->pinet6; }

bool sg_is_chain(struct scatterlist *sg) { return (sg->page_link & 1) != 0; }

bool sg_is_last(struct scatterlist *sg) { return (sg->page_link & 2) != 0; }

struct scatterlist *sg_chain_ptr(struct scatterlist *sg) { return (struct scatterlist *)(sg->page_link & ~3UL); }

struct net *read_pnet(const possible_net_t *pnet) { return pnet->net; }

struct net *sock_net(const struct sock *sk) { return read_pnet(&sk->__sk_common.skc_net); }

struct net *dev_net(const struct net_device *dev) { return read_pnet(&dev->nd_net); }

unsigned char *skb_end_pointer(const struct sk_buff *skb) { return skb->head + skb->end; }

unsigned char *skb_tail_pointer(const struct sk_buff *skb) { return skb->head + skb->tail; }

unsigned char *skb_transport_header(const struct sk_buff *skb) { return skb->head + skb->transport_header; }

unsigned char *skb_network_header(const struct sk_buff *skb) { return skb->head + skb->network_header; }

unsigned char *skb_mac_header(const struct sk_buff *skb) { return skb->head + skb->mac_header; }

int skb_transport_offset(const struct sk_buff *skb) { return skb_transport_header(skb) - skb->data; }

int skb_network_offset(const struct sk_buff *skb) { return skb_network_header(skb) - skb->data; }

unsigned int skb_headlen(const struct sk_buff *skb) { return skb->len - skb->data_len; }

unsigned int skb_is_nonlinear(const struct sk_buff *skb) { return skb->data_len; }

u16 skb_get_queue_mapping(const struct sk_buff *skb) { return skb->queue_mapping; }

bool skb_rx_queue_recorded(const struct sk_buff *skb) { return skb->queue_mapping != 0; }

u16 skb_get_rx_queue(const struct sk_buff *skb) { return skb->queue_mapping - 1; }

struct iphdr *ip_hdr(const struct sk_buff *skb) { return (struct iphdr *)skb_network_header(skb); }

struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb) { return (struct ipv6hdr *)skb_network_header(skb); }

struct tcphdr *tcp_hdr(const struct sk_buff *skb) { return (struct tcphdr *)skb_transport_header(skb); }

struct udphdr *udp_hdr(const struct sk_buff *skb) { return (struct udphdr *)skb_transport_header(skb); }

struct icmphdr *icmp_hdr(const struct sk_buff *skb) { return (struct icmphdr *)skb_transport_header(skb); }

struct ethhdr *eth_hdr(const struct sk_buff *skb) { return (struct ethhdr *)skb_mac_header(skb); }

unsigned int tcp_hdrlen(const struct sk_buff *skb) { return tcp_hdr(skb)->doff * 4; }

unsigned int ip_hdrlen(const struct sk_buff *skb) { return ip_hdr(skb)->ihl * 4; }

bool ipv6_addr_any(const struct in6_addr *a) { return (a->in6_u.u6_addr32[0] | a->in6_u.u6_addr32[1] | a->in6_u.u6_addr32[2] | a->in6_u.u6_addr32[3]) == 0; }

bool ipv4_is_loopback(__be32 address) { return (address & __builtin_bswap32(0xff000000)) == __builtin_bswap32(0x7f000000); }

u32 tcp_min_rtt(const struct tcp_sock *tp) { return tp->rtt_min.s[0].v; }

unsigned int tcp_packets_in_flight(const struct tcp_sock *tp) { return tp->packets_out - (tp->sacked_out + tp->lost_out) + tp->retrans_out; }

struct dst_entry *skb_dst(const struct sk_buff *skb) { return (struct dst_entry *)(skb->_skb_refdst & ~1UL); }

struct inode *file_inode(const struct file *f) { return f->f_inode; }

struct dentry *file_dentry(const struct file *f) { return f->f_path.dentry; }

struct inode *d_inode(const struct dentry *dentry) { return dentry->d_inode; }

struct inode *d_backing_inode(const struct dentry *dentry) { return dentry->d_inode; }

struct inode *SOCK_INODE(struct socket *socket) { return &container_of(socket, struct socket_alloc, socket)->vfs_inode; }

struct socket *SOCKET_I(struct inode *inode) { return &container_of(inode, struct socket_alloc, vfs_inode)->socket; }

unsigned int imajor(const struct inode *inode) { return MAJOR(inode->i_rdev); }

unsigned int iminor(const struct inode *inode) { return MINOR(inode->i_rdev); }

loff_t i_size_read(const struct inode *inode) { return inode->i_size; }

u32 new_encode_dev(dev_t device) { return (MINOR(device) & 0xff) | (MAJOR(device) << 8) | ((MINOR(device) & ~0xff) << 12); }

u64 huge_encode_dev(dev_t device) { return new_encode_dev(device); }

unsigned int blk_rq_bytes(const struct request *rq) { return rq->__data_len; }

unsigned int blk_rq_sectors(const struct request *rq) { return rq->__data_len >> SECTOR_SHIFT; }

sector_t blk_rq_pos(const struct request *rq) { return rq->__sector; }

pid_t task_pid_nr(struct task_struct *task) { return task->pid; }

pid_t task_tgid_nr(struct task_struct *task) { return task->tgid; }

int task_nice(const struct task_struct *task) { return task->static_prio - DEFAULT_PRIO; }

struct mem_cgroup *mem_cgroup_from_css(struct cgroup_subsys_state *css) { return css ? container_of(css, struct mem_cgroup, css) : NULL; }

uid_t __kuid_val(kuid_t uid) { return uid.val; }

gid_t __kgid_val(kgid_t gid) { return gid.val; }

int atomic_read(const atomic_t *v) { return v->counter; }

s64 atomic64_read(const atomic64_t *v) { return v->counter; }

long atomic_long_read(const atomic_long_t *v) { return v->counter; }

unsigned int refcount_read(const refcount_t *r) { return r->refs.counter; }

unsigned int kref_read(const struct kref *kref) { return kref->refcount.refs.counter; }

bool list_empty(const struct list_head *head) { return head->next == head; }

bool hlist_empty(const struct hlist_head *head) { return !head->first; }

const char *kobject_name(const struct kobject *kobj) { return kobj->name; }

const char *dev_name(const struct device *dev) { return dev->init_name ? dev->init_name : kobject_name(&dev->kobj); }

void *netdev_priv(const struct net_device *dev) { return (void *)((unsigned long)dev + ALIGN(sizeof(struct net_device), 32)); }

struct pid *task_pid(struct task_struct *task) { return task->thread_pid; }

struct cgroup *task_dfl_cgroup(struct task_struct *task) { return task->cgroups->dfl_cgrp; }

u32 rol32(u32 word, unsigned int shift) { return (word << (shift & 31)) | (word >> (-shift & 31)); }

u32 ror32(u32 word, unsigned int shift) { return (word >> (shift & 31)) | (word << (-shift & 31)); }

u64 rol64(u64 word, unsigned int shift) { return (word << (shift & 63)) | (word >> (-shift & 63)); }

u64 ror64(u64 word, unsigned int shift) { return (word >> (shift & 63)) | (word << (-shift & 63)); }

u32 hash_32(u32 value, unsigned int bits) { return value * (u32)GOLDEN_RATIO_32 >> (32 - bits); }

u32 hash_64(u64 value, unsigned int bits) { return value * GOLDEN_RATIO_64 >> (64 - bits); }

u32 bccxx_jhash_words(u32 a, u32 b, u32 c, u32 seed) { a += seed; b += seed; c += seed; __jhash_final(a, b, c); return c; }

u32 jhash(const void *key, u32 length, u32 seed)
{
  typedef struct { u32 value; } __attribute__((packed)) word;
  const u8 *k = key;
  u32 a = JHASH_INITVAL + length + seed, b = a, c = a, i;
  for (; length > 12; length -= 12, k += 12) {
    a += ((const word *)k)[0].value;
    b += ((const word *)k)[1].value;
    c += ((const word *)k)[2].value;
    __jhash_mix(a, b, c);
  }
  for (i = 0; i < length && i < 12; i++) {
    const u32 part = (u32)k[i] << (8 * (i % 4));
    if (i < 4) a += part; else if (i < 8) b += part; else c += part;
  }
  if (length != 0) __jhash_final(a, b, c);
  return c;
}

u32 jhash2(const u32 *k, u32 length, u32 seed)
{
  u32 a = JHASH_INITVAL + (length << 2) + seed, b = a, c = a;
  for (; length > 3; length -= 3, k += 3) {
    a += k[0];
    b += k[1];
    c += k[2];
    __jhash_mix(a, b, c);
  }
  if (length > 2) c += k[2];
  if (length > 1) b += k[1];
  if (length > 0) { a += k[0]; __jhash_final(a, b, c); }
  return c;
}

u64 kernfs_ino(struct kernfs_node *kn) { return (u32)kn->id; }
)";

}  // namespace bccxx::worker
