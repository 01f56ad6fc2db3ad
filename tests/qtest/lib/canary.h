/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After each test, whatever it did: QEMU is there, QMP answers, and each data queue of
 * each virtio-crypto device gives a known answer. No test has to ask for that: machines
 * and devices tell us when they come and go.
 *
 * A device that a test left open is used as it is, or after a reset if the test has
 * broken it; if none is open, those on the first bus are opened for it.
 */
#ifndef QT_CANARY_H
#define QT_CANARY_H

struct qt_crypto;
struct qt_machine;

/** qt_canary_watch(), qt_canary_forget() - from now on @machine is looked at, or not */
void qt_canary_watch(struct qt_machine *machine);
void qt_canary_forget(struct qt_machine *machine);

/** qt_canary_opened(), qt_canary_closed() - @crypto is the driver of its device */
void qt_canary_opened(struct qt_crypto *crypto);
void qt_canary_closed(struct qt_crypto *crypto);

/** qt_canary_check() - the known answers, now */
void qt_canary_check(struct qt_crypto *crypto);

#endif
