/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a backend, and of the device in front of it, as bytes: what a guest can
 * see, and no more. docs/migration.md has the format.
 *
 * The bytes hold keys. They go through buffers of ours that are small and wiped; the
 * caller's sink and source do the same with theirs as well as they can.
 */
#ifndef VCRYPTO_STATE_H
#define VCRYPTO_STATE_H

#include "vcrypto/backend.h"

/** The length of a line that says why a state is not taken, its end counted. */
#define VCRYPTO_STATE_MESSAGE 1024

/** Bits of a promise's options: what requests may look like. */
#define VCRYPTO_STATE_PADDED_FRAMING       (1u << 0)
#define VCRYPTO_STATE_LENIENT_SESSION_FLAG (1u << 1)

/**
 * What a guest was told, or may have found out, and so counts on. Lengths are in bytes;
 * masks have bit n set for algorithm n, or for feature bit n.
 */
struct vcrypto_state_promises {
    uint64_t algorithms[VCRYPTO_SERVICE_COUNT];
    uint64_t max_size;
    uint32_t max_cipher_key_len; /* CIPHER and AEAD */
    uint32_t max_auth_key_len;   /* MAC, HASH with a key */
    uint32_t max_akcipher_key_len;
    uint32_t max_sessions;
    uint32_t queues;       /* data queues, 1 to VCRYPTO_MAX_QUEUES */
    uint32_t options;      /* VCRYPTO_STATE_ bits */
    uint32_t features;     /* crypto feature bits that are offered */
    uint32_t data_ring;    /* descriptors that the ring of a data queue may have, */
    uint32_t control_ring; /* and that of the control queue */
};

/** Bits of a queue's flags. */
#define VCRYPTO_STATE_QUEUE_BROKEN (1u << 0) /* the driver broke its ring */
#define VCRYPTO_STATE_QUEUE_OWED   (1u << 1) /* the driver is owed an interrupt */
#define VCRYPTO_STATE_QUEUE_FLAGS  3u

/** A queue of the device. */
struct vcrypto_state_queue {
    uint32_t size;  /* of the ring as it was enabled; 0: it was not, or nobody tells */
    uint32_t flags; /* VCRYPTO_STATE_QUEUE_ bits */
};

/**
 * What is the device's. Plain numbers: a copy by assignment is an independent one, and
 * none of them is secret.
 */
struct vcrypto_state_device {
    struct vcrypto_state_promises promises;
    uint32_t features; /* crypto feature bits that were negotiated */
    uint32_t failed;   /* 1: a ring was broken, and the device not reset since; or 0 */
    uint32_t ready;    /* 1: the driver was told that the device is ready; or 0 */
    /* The data queues, then, at promises.queues, the control queue. */
    struct vcrypto_state_queue queues[VCRYPTO_MAX_QUEUES + 1];
};

/**
 * vcrypto_state_sink: take @len bytes, at least 1, that follow those before.
 *
 * @bytes are only valid during the call. Returns false if they cannot be had: then
 * nothing more is given.
 */
typedef bool vcrypto_state_sink(void *opaque, const void *bytes, size_t len);

/**
 * vcrypto_state_source: the next @len bytes, at least 1, to @bytes.
 *
 * Returns false if there are not as many, or they cannot be read: then nothing more is
 * asked for.
 */
typedef bool vcrypto_state_source(void *opaque, void *bytes, size_t len);

/**
 * vcrypto_backend_promises: what @backend offers, to *@promises: all but options,
 * features and the two sizes of rings, which are the device's, and which become 0.
 *
 * Any thread.
 */
void vcrypto_backend_promises(const struct vcrypto_backend *backend,
                              struct vcrypto_state_promises *promises);

/**
 * vcrypto_backend_save: hand the state of @backend, and @device, to @sink.
 *
 * @device's promises are what the destination has to keep: of this backend, or less.
 * Nothing of either changes. Returns false if @sink did. Control thread, with no
 * request running, and none being given to vcrypto_backend_run().
 */
bool vcrypto_backend_save(struct vcrypto_backend *backend,
                          const struct vcrypto_state_device *device,
                          vcrypto_state_sink *sink, void *opaque);

/**
 * vcrypto_backend_load: make @backend what the bytes of @source say, up to their end,
 * which they tell; nothing behind it is read.
 *
 * Sessions that @backend had are ended before; of ids, whatever was one here or there
 * and is none now stays none, as after a destruction. @device's promises are what this
 * side can keep; on success all of *@device is what was saved. May be called for a
 * backend that was used before.
 *
 * On failure returns false: @backend has no sessions and its statistics are 0, *@device
 * is as it was, the source may have bytes left, and @why has one line of less than
 * @why_len bytes, without a newline, that names each promise that this side cannot
 * keep, or says what is wrong with the bytes. Whatever the bytes are, no more memory is
 * taken than @device's promises allow and the bytes fill. Control thread, with no
 * request running, and none being given to vcrypto_backend_run().
 */
bool vcrypto_backend_load(struct vcrypto_backend *backend,
                          struct vcrypto_state_device *device,
                          vcrypto_state_source *source, void *opaque, char *why,
                          size_t why_len);

#endif
