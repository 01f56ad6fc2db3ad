/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time slice of a thread, as the kernel's scheduler understands it since
 * Linux 6.12: how long a thread is left running before others of the same weight get
 * their share. Whoever wakes and asks for shorter slices than the thread that runs need
 * not wait for the end of that one's. A long slice neither adds to nor takes from a
 * thread's share.
 *
 * Older kernels have no such thing, and nothing happens.
 */
#ifndef VCRYPTO_BACKEND_SLICE_H
#define VCRYPTO_BACKEND_SLICE_H

/*
 * vcrypto_slice_lengthen: the calling thread is about to run for long, and gives way to
 * all that wake meanwhile. When it already does, nothing happens.
 */
void vcrypto_slice_lengthen(void);

/* vcrypto_slice_restore: the slice from before; the calling thread's, too. */
void vcrypto_slice_restore(void);

#endif
