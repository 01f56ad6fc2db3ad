/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations in any form, sent to a device. */
#ifndef QT_FORM_H
#define QT_FORM_H

#include "crypto.h"
#include "support/forms.h"

/** The crypto device's own feature bits, all of them. */
#define QT_CRYPTO_BITS 0x3fu

/** qt_form_features() - what a driver that sends @form accepts */
static inline uint64_t qt_form_features(enum form form)
{
    return QT_CRYPTO_LINUX_FEATURES | (form == FORM_LEGACY ? 0 : QT_CRYPTO_BITS);
}

/**
 * qt_form_machine() - a machine with one device, crypto0
 * @options: what follows the backend's name in the plugin's arguments, from the comma
 * on; "": nothing
 *
 * Return: for qt_machine_stop(); NULL if it did not start.
 */
struct qt_machine *qt_form_machine(const char *options);

/** qt_form_check_works() - a known answer, in a session of its own, comes out right */
void qt_form_check_works(struct qt_crypto *crypto, enum form form);

/** qt_form_create() - send the request for a session; the answer, whatever it is */
struct qt_create_reply qt_form_create(struct qt_crypto *crypto,
                                      const struct form_operation *operation,
                                      enum form form);

/** qt_form_session() - the same, where anything but a session ends the test */
uint64_t qt_form_session(struct qt_crypto *crypto,
                         const struct form_operation *operation, enum form form);

/** qt_form_destroy() - send the request to end a session; the status */
uint8_t qt_form_destroy(struct qt_crypto *crypto,
                        const struct form_operation *operation, enum form form,
                        uint64_t session);

/**
 * qt_form_xfer() - a data request whose results have a field each, and the status
 * @message: what form_data() made of @operation; must outlive the xfer
 */
struct qt_xfer qt_form_xfer(const struct form_operation *operation,
                            const struct form_message *message, enum qt_layout layout);

/**
 * qt_form_run() - send a data request and take its answer, in fields
 * @used_len: receives what the used ring says, if not NULL
 *
 * Bytes that must not have changed are checked. Return: the status.
 */
uint8_t qt_form_run(struct qt_crypto *crypto, struct qt_vring *vq,
                    const struct form_operation *operation, enum form form,
                    uint64_t session, uint32_t *used_len);

/** qt_message_run() - the same with the message as it is, and @room writable bytes */
uint8_t qt_message_run(struct qt_crypto *crypto, struct qt_vring *vq,
                       const struct form_message *message, uint32_t room,
                       uint32_t *used_len);

#endif
