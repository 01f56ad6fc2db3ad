/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/wire.h"

#include "le.h"

/* keeps: CFG-10 */
void vcrypto_wire_encode_config(const struct vcrypto_config *config,
                                uint8_t bytes[VCRYPTO_CONFIG_SIZE])
{
    put_le32(bytes + 0, config->status);
    put_le32(bytes + 4, config->max_dataqueues);
    put_le32(bytes + 8, config->services);
    put_le64(bytes + 12, config->cipher_algorithms);
    put_le32(bytes + 20, config->hash_algorithms);
    put_le64(bytes + 24, config->mac_algorithms);
    put_le32(bytes + 32, config->aead_algorithms);
    put_le32(bytes + 36, config->max_cipher_key_len);
    put_le32(bytes + 40, config->max_auth_key_len);
    put_le32(bytes + 44, config->akcipher_algorithms);
    put_le64(bytes + 48, config->max_size);
}
