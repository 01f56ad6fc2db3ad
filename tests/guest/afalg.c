/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * afalg encrypt|decrypt DRIVER KEYHEX IVHEX INFILE OUTFILE - a file through the kernel's AF_ALG, by one driver.
 *
 * The file is one message to the kernel (MSG_MORE until its last piece), so that the kernel carries the iv from piece
 * to piece as it does for its other users, and a device that hands back a wrong iv shows.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/if_alg.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Below a socket's default send buffer: a piece that does not fit would wait for a reader that is this thread. */
enum { CHUNK = 64 * 1024, MAX_KEY = 64, MAX_IV = 64 };

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    int error = errno;
    va_list args;

    fputs("afalg: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
    exit(1);
}

static size_t parse_hex(const char *name, const char *text, uint8_t *bytes, size_t max)
{
    size_t length = strlen(text) / 2;

    errno = 0;
    if (strlen(text) % 2 || length > max || strspn(text, "0123456789abcdefABCDEF") != strlen(text))
        fail("%s is not at most %zu bytes of hexadecimal", name, max);
    for (size_t i = 0; i < length; i++) {
        char digits[3] = {text[2 * i], text[2 * i + 1], 0};

        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return length;
}

static int open_cipher(const char *driver, const uint8_t *key, size_t key_len)
{
    struct sockaddr_alg address = {.salg_family = AF_ALG, .salg_type = "skcipher"};
    int transform, operation;

    if (strlen(driver) >= sizeof(address.salg_name)) {
        errno = 0;
        fail("driver name too long");
    }
    strcpy((char *)address.salg_name, driver);
    transform = socket(AF_ALG, SOCK_SEQPACKET, 0);
    if (transform < 0)
        fail("socket(AF_ALG)");
    if (bind(transform, (struct sockaddr *)&address, sizeof(address)) < 0)
        fail("no skcipher %s", driver);
    if (setsockopt(transform, SOL_ALG, ALG_SET_KEY, key, key_len) < 0)
        fail("%s takes no key of %zu bytes", driver, key_len);
    operation = accept(transform, NULL, NULL);
    if (operation < 0)
        fail("accept");
    close(transform);
    return operation;
}

static void send_chunk(int operation, const uint8_t *data, size_t length, bool more)
{
    while (length) {
        ssize_t sent = send(operation, data, length, more ? MSG_MORE : 0);

        if (sent < 0)
            fail("send");
        data += sent;
        length -= (size_t)sent;
    }
}

/* The first message of the operation names its direction and iv; the others must not, or the kernel would start anew. */
static void start(int operation, uint32_t direction, const uint8_t *iv, size_t iv_len)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(struct af_alg_iv) + MAX_IV)];
    } control = {0};
    struct msghdr message = {.msg_control = control.bytes};
    struct cmsghdr *header;
    struct af_alg_iv *alg_iv;

    message.msg_controllen = CMSG_SPACE(sizeof(direction));
    if (iv_len)
        message.msg_controllen += CMSG_SPACE(sizeof(*alg_iv) + iv_len);
    header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_ALG;
    header->cmsg_type = ALG_SET_OP;
    header->cmsg_len = CMSG_LEN(sizeof(direction));
    memcpy(CMSG_DATA(header), &direction, sizeof(direction));
    if (iv_len) {
        header = CMSG_NXTHDR(&message, header);
        header->cmsg_level = SOL_ALG;
        header->cmsg_type = ALG_SET_IV;
        header->cmsg_len = CMSG_LEN(sizeof(*alg_iv) + iv_len);
        alg_iv = (struct af_alg_iv *)CMSG_DATA(header);
        alg_iv->ivlen = (uint32_t)iv_len;
        memcpy(alg_iv->iv, iv, iv_len);
    }
    if (sendmsg(operation, &message, MSG_MORE) < 0)
        fail("the kernel refuses the iv or the direction");
}

static void read_all(int fd, uint8_t *data, size_t length, const char *what)
{
    while (length) {
        ssize_t got = read(fd, data, length);

        if (got <= 0) {
            if (got == 0)
                errno = 0;
            fail("%s: %s", what, got ? "read" : "ends too soon");
        }
        data += got;
        length -= (size_t)got;
    }
}

static void write_all(int fd, const uint8_t *data, size_t length)
{
    while (length) {
        ssize_t put = write(fd, data, length);

        if (put < 0)
            fail("write");
        data += put;
        length -= (size_t)put;
    }
}

int main(int argc, char **argv)
{
    static uint8_t chunk[CHUNK];
    uint8_t key[MAX_KEY], iv[MAX_IV];
    size_t key_len, iv_len;
    struct stat status;
    uint32_t direction;
    int in, out, operation;

    if (argc != 7 || (strcmp(argv[1], "encrypt") && strcmp(argv[1], "decrypt"))) {
        fputs("usage: afalg encrypt|decrypt DRIVER KEYHEX IVHEX INFILE OUTFILE\n", stderr);
        return 2;
    }
    direction = strcmp(argv[1], "encrypt") ? ALG_OP_DECRYPT : ALG_OP_ENCRYPT;
    key_len = parse_hex("the key", argv[3], key, sizeof(key));
    iv_len = parse_hex("the iv", argv[4], iv, sizeof(iv));

    in = open(argv[5], O_RDONLY);
    if (in < 0 || fstat(in, &status) < 0)
        fail("%s", argv[5]);
    errno = 0;
    if (status.st_size % 16)
        fail("%s: %lld bytes are no multiple of 16", argv[5], (long long)status.st_size);
    out = open(argv[6], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0)
        fail("%s", argv[6]);

    operation = open_cipher(argv[2], key, key_len);
    if (status.st_size)
        start(operation, direction, iv, iv_len);
    for (off_t left = status.st_size; left;) {
        size_t length = left < CHUNK ? (size_t)left : CHUNK;

        left -= (off_t)length;
        read_all(in, chunk, length, argv[5]);
        send_chunk(operation, chunk, length, left != 0);
        read_all(operation, chunk, length, argv[2]);
        write_all(out, chunk, length);
    }
    if (close(out) < 0)
        fail("%s", argv[6]);
    return 0;
}
