/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that keep the processors from going idle and give way to whoever else wants
 * to run. In a virtual machine an idle processor takes some 50 us to wake up, which
 * hides all else in a latency; it does so on a quiet machine only, so that figures of
 * a busy and of a quiet hour cannot be compared.
 */
#ifndef BENCH_AWAKE_H
#define BENCH_AWAKE_H

/** bench_awake_begin() - one thread for each processor, of the idle scheduling class */
void bench_awake_begin(void);

/** bench_awake_end() - stop them */
void bench_awake_end(void);

#endif
