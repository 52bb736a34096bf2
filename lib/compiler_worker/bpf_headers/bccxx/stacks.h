#pragma once
// Counting the stacks a stack table did not take, for every program that asks for stacks.
//
//   BPF_STACK_TRACE(stacks, 1024);
//   BCCXX_LOST_STACKS(lost);
//   ...
//     s64 id = stacks.get_stackid(ctx, BPF_F_USER_STACK);
//     if (id < 0) {
//       int zero = 0;
//       bccxx_count_lost_stack(lost.lookup(&zero), id, size);
//       return 0;
//     }
//
// The tracer reads it as BPF::get_lost_stacks("lost"). The last number is what the event weighs, such as bytes; 1 where
// events are only counted.

#ifndef BCCXX_INLINE
#define BCCXX_INLINE static inline __attribute__((always_inline, unused))
#endif

struct bccxx_lost_events {
  unsigned long long events;
  unsigned long long weight;
};

struct bccxx_lost_stacks {
  struct bccxx_lost_events collisions;  // -EEXIST: another stack has the slot
  struct bccxx_lost_events unwalkable;  // -EFAULT: the kernel could not walk it
  struct bccxx_lost_events others;      // any other error, such as no memory
};

#define BCCXX_LOST_STACKS(name) BPF_ARRAY(name, struct bccxx_lost_stacks, 1)

/// Counts what get_stackid gave an error for. `lost` may be a null pointer.
BCCXX_INLINE void bccxx_count_lost_stack(struct bccxx_lost_stacks *lost, long id, unsigned long long weight) {
  if (!lost || id >= 0) return;
  struct bccxx_lost_events *kind = &lost->others;
  if (id == -17 /* EEXIST */) kind = &lost->collisions;
  if (id == -14 /* EFAULT */) kind = &lost->unwalkable;
  __sync_fetch_and_add(&kind->events, 1);
  __sync_fetch_and_add(&kind->weight, weight);
}
