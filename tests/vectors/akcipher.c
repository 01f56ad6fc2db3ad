/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published known answers for the AKCIPHER service, as text, and their decoding. A row
 * without primes has the numbers of the one before, and zeros where those are.
 */
#include "vectors/akcipher.h"

#include "support/hex.h"
#include "vcrypto/engine.h"

#include <glib.h>

struct hex_vector {
    const char *source;
    const char *name;
    uint32_t algorithm, operation, key_type, options[2];
    const char *key, *src;
    const char *signed_data; /* NULL: none */
    const char *result;      /* NULL: none */
};

static const struct hex_vector table[] = {
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-512",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_ENCRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PUBLIC,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "3046024100aa36abce88acfdff55523c7fc4523f90efa00df3774a259f2e62b4"
             "c5d99cb5adb300a0285e5301930e0c70fb6876939ce616ce624a11e0086d341e"
             "bcaca0a1f5020111",
      .src = "54859b342c49ea2a",
      .result = "631ccd7be17ee4dec9a889a174cb3c637d24ec83c315e47f730534d1ec22bb8a"
                "5e32396dc11d7d503b9f7aadf02e25539f6ebd4c55840c9bcf1a4b511e9e0c06" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-512",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_DECRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "30820138020100024100aa36abce88acfdff55523c7fc4523f90efa00df3774a"
             "259f2e62b4c5d99cb5adb300a0285e5301930e0c70fb6876939ce616ce624a11"
             "e0086d341ebcaca0a1f502011102400a033748626487695f5f30bc38b98b44c2"
             "cd2dff434098cd20d8a138d090bf64797c3fa7a2cdcb3cd1e0bdba2654b4f9df"
             "8e8ae59d733d9f33b301624afd1d51022100d840b41666b42e92ea0da3b43204"
             "b5cfce3352524d0416a5a441e700af46120d022100c97fb1f027f453f6341233"
             "eaaad1d9353f6c42d08866b1d05a0f2035028b9d890220590b9572a2c2a9c406"
             "059dc2ab2f1dafeb7e8b4f10a7549e8eedf5b4fce09e050221008e3c0521fe15"
             "e0ea06a36ff0f10c9952c35b7a7514fd3238b80aad5298628d510220363ff718"
             "9da8e90b1d341f71d09b76a8a943e11d10b24d249f2deafef80c1826",
      .src = "631ccd7be17ee4dec9a889a174cb3c637d24ec83c315e47f730534d1ec22bb8a"
             "5e32396dc11d7d503b9f7aadf02e25539f6ebd4c55840c9bcf1a4b511e9e0c06",
      .result = "0000000000000000000000000000000000000000000000000000000000000000"
                "00000000000000000000000000000000000000000000000054859b342c49ea2a" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-512, no primes",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_DECRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "30819a020100024100aa36abce88acfdff55523c7fc4523f90efa00df3774a25"
             "9f2e62b4c5d99cb5adb300a0285e5301930e0c70fb6876939ce616ce624a11e0"
             "086d341ebcaca0a1f502011102400a033748626487695f5f30bc38b98b44c2cd"
             "2dff434098cd20d8a138d090bf64797c3fa7a2cdcb3cd1e0bdba2654b4f9df8e"
             "8ae59d733d9f33b301624afd1d51020100020100020100020100020100",
      .src = "631ccd7be17ee4dec9a889a174cb3c637d24ec83c315e47f730534d1ec22bb8a"
             "5e32396dc11d7d503b9f7aadf02e25539f6ebd4c55840c9bcf1a4b511e9e0c06",
      .result = "0000000000000000000000000000000000000000000000000000000000000000"
                "00000000000000000000000000000000000000000000000054859b342c49ea2a" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-1024",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_ENCRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PUBLIC,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "30818702818100bbf82f090682ce9c2338ac2b9da871f7368d07eed41043a440"
             "d6b6f07454f51fb8dfbaaf035c02ab61ea48ceeb6fcd4876ed520d60e1ec4619"
             "719d8a5b8b807fafb8e0a3dfc737723ee6b4b7d93a2584ee6a649d0609537488"
             "34b2454598394ee0aab12d7b61a51f527a9a41f6c1687fe2537298ca2a8f5946"
             "f8e5fd091dbdcb020111",
      .src = "54859b342c49ea2a",
      .result = "741b55ac47b5080a6e2b2df794b88a95eda36bc929eeb22c80c3393b8c624572"
                "c27f7481916844485adca07ea70b057f0ea06ce58f194dce98475fbd5ffee534"
                "5989aff0ba44d7f11a5072ef5e4ab6b75434d1c48309df0f915f7d91702fd413"
                "cc5ea46cc34d28efdaafec1492fca37513b4c1a111fc402f4c9ddf167611206b" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-1024",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_DECRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "3082025b02010002818100bbf82f090682ce9c2338ac2b9da871f7368d07eed4"
             "1043a440d6b6f07454f51fb8dfbaaf035c02ab61ea48ceeb6fcd4876ed520d60"
             "e1ec4619719d8a5b8b807fafb8e0a3dfc737723ee6b4b7d93a2584ee6a649d06"
             "0953748834b2454598394ee0aab12d7b61a51f527a9a41f6c1687fe2537298ca"
             "2a8f5946f8e5fd091dbdcb02011102818100a5dafc5341faf289c4b988db30c1"
             "cdf83f31251e0668b42784813801579641b29410b3c7998d6bc465745e5c3926"
             "69d6870da2c082a939e37fdcb82ec93edac97ff3ad5950accfbc111c76f1a952"
             "9444e56aaf68c56c092cd38dc3bef5d20a939926ed4f74a13eddfbe1a1cecc48"
             "94af9428c2b7b8883fe4463a4bc85b1cb3c1024100eecfae81b1b9b3c908810b"
             "10a1b5600199eb9f44aef4fda493b81a9e3d84f632124ef0236e5d1e3b7e28fa"
             "e7aa040a2d5b252176459d1f397541ba2a58fb6599024100c97fb1f027f453f6"
             "341233eaaad1d9353f6c42d08866b1d05a0f2035028b9d869840b41666b42e92"
             "ea0da3b43204b5cfce3352524d0416a5a441e700af461503024054494ca63eba"
             "0337e4e24023fcd69a5aeb07dddc0183a4d0ac9b54b051f2b13ed9490975eab7"
             "7414ff59c1f7692e9a2e202b38fc910a474174adc93c1f67c9810240471e0290"
             "ff0af0750351b7f878864ca961adbd3a8a7e991c5c0556a94c3146a7f9803f8f"
             "6f8ae342e931fd8ae47a220d1b99a495849807fe39f9245a9836da3d024100b0"
             "6c4fdabb6301198d265bdbae9423b380f271f73453885093077fcd39e2119fc9"
             "8632154f5883b167a967bf402b4e9e2e0f9656e698ea3666edfb25798039f7",
      .src = "741b55ac47b5080a6e2b2df794b88a95eda36bc929eeb22c80c3393b8c624572"
             "c27f7481916844485adca07ea70b057f0ea06ce58f194dce98475fbd5ffee534"
             "5989aff0ba44d7f11a5072ef5e4ab6b75434d1c48309df0f915f7d91702fd413"
             "cc5ea46cc34d28efdaafec1492fca37513b4c1a111fc402f4c9ddf167611206b",
      .result = "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "00000000000000000000000000000000000000000000000054859b342c49ea2a" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-1024, no primes",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_DECRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "3082011d02010002818100bbf82f090682ce9c2338ac2b9da871f7368d07eed4"
             "1043a440d6b6f07454f51fb8dfbaaf035c02ab61ea48ceeb6fcd4876ed520d60"
             "e1ec4619719d8a5b8b807fafb8e0a3dfc737723ee6b4b7d93a2584ee6a649d06"
             "0953748834b2454598394ee0aab12d7b61a51f527a9a41f6c1687fe2537298ca"
             "2a8f5946f8e5fd091dbdcb02011102818100a5dafc5341faf289c4b988db30c1"
             "cdf83f31251e0668b42784813801579641b29410b3c7998d6bc465745e5c3926"
             "69d6870da2c082a939e37fdcb82ec93edac97ff3ad5950accfbc111c76f1a952"
             "9444e56aaf68c56c092cd38dc3bef5d20a939926ed4f74a13eddfbe1a1cecc48"
             "94af9428c2b7b8883fe4463a4bc85b1cb3c10201000201000201000201000201"
             "00",
      .src = "741b55ac47b5080a6e2b2df794b88a95eda36bc929eeb22c80c3393b8c624572"
             "c27f7481916844485adca07ea70b057f0ea06ce58f194dce98475fbd5ffee534"
             "5989aff0ba44d7f11a5072ef5e4ab6b75434d1c48309df0f915f7d91702fd413"
             "cc5ea46cc34d28efdaafec1492fca37513b4c1a111fc402f4c9ddf167611206b",
      .result = "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "00000000000000000000000000000000000000000000000054859b342c49ea2a" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-2048",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_ENCRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PUBLIC,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "3082010a0282010100db101ac2a3f1dcff136bed44dff0026d13c788da706b54"
             "f1e827dcc30f996afac667ff1d1e3c1dc1b55f6cc0b2073a6d41e42599acfcd2"
             "0f02d3d154061a5177bdb6bfeaa75c06a95d698445d7f505ba47f01bd72b24ec"
             "cb9b1b108d81a0beb18c33e436b843eb192a818dde810a9948b6f6bccd49343a"
             "8f2694e328821a7c8f599f45e85d1a4576045605a1d01b8c776daf53fa71e267"
             "e09afe03a985d2c9aaba2abcf4a008f51398135df0d933342a61c38955f0ae1a"
             "9c22ee19058d32feec9c84bab7f96c3a4f07fc45eb12e57bfd55e62969d1c2e8"
             "b97859f67910c64eeb6a5eb99ac7c45b63daa33f5e927a815ed6b0e2628f7426"
             "c20cd39a1747e68eab0203010001",
      .src = "54859b342c49ea2a",
      .result = "b29776b4ae3e383c7e641fcca27ff6becf49bc48d36c8f0a0ec173bd7b557936"
                "0ea18788b92c90a6535ee9efc4e24dddf7a669823f56a47bfb62e0aeb8d304b3"
                "ac5a152ae3199b039a0b41da64ec0a69fcf21092f3c1bf847ffd2caec8b5f641"
                "70c547038af8ff6f3fd26f09b422f330bea985cb9c8df98feb3291a225848ff5"
                "dcc7069c2de5112c09098709a9f6337390f160f265dd30a566ce627bd0f82d3d"
                "198277e30a5f752f8eb1e5e891351b3b33b76692d1f28e6fe5750cad36fb4ed0"
                "6661bd49fef41aa22b49fe034c74478d9a66b249464d77ea334d6b3cb4494ac6"
                "7d3db5b9564115670f943c936527e0215d59c362d5a6da3826225e341c94af98" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-2048",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_DECRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "308204a30201000282010100db101ac2a3f1dcff136bed44dff0026d13c788da"
             "706b54f1e827dcc30f996afac667ff1d1e3c1dc1b55f6cc0b2073a6d41e42599"
             "acfcd20f02d3d154061a5177bdb6bfeaa75c06a95d698445d7f505ba47f01bd7"
             "2b24eccb9b1b108d81a0beb18c33e436b843eb192a818dde810a9948b6f6bccd"
             "49343a8f2694e328821a7c8f599f45e85d1a4576045605a1d01b8c776daf53fa"
             "71e267e09afe03a985d2c9aaba2abcf4a008f51398135df0d933342a61c38955"
             "f0ae1a9c22ee19058d32feec9c84bab7f96c3a4f07fc45eb12e57bfd55e62969"
             "d1c2e8b97859f67910c64eeb6a5eb99ac7c45b63daa33f5e927a815ed6b0e262"
             "8f7426c20cd39a1747e68eab0203010001028201005241f4da7bb75955cad42f"
             "0f3acba40d936ccc9dc1b2fbfdae4031ac69522192b327dfeaee2c82bbf74032"
             "d514c49412ecb81fca59e3c178f385d847a5d7021a6579970d24f4f0676e752d"
             "bf103da87def7f60e4e60582895ddfc6d26c0791339842f002002538c585698a"
             "7d2f956c439ab881e2d00735aa0541c91eafe4043b19b873a2ac4b1e6648d872"
             "1facf6cbbc9009caec0cdcf92cd7ebaea3a447d7332f8acabc5ef077e4979897"
             "c710917d2aa6ff468397dee9e217030614e2d7b11d77af51275b5e69b881e611"
             "c54323810462ffe946b8d844dba5cc315434ce3e82d6bf7a0b64216d887e5b45"
             "121e638d49a71dd91e06cde8ba2c8c6932eabe607102818100faace1375e3211"
             "34c672582d91063e77e71121cd4af8a43f0fef31e3f355a0b9acb6cbbb41d032"
             "819a8f7a9930776c6827e296b572c9c3d442aaaaca958fffc99b5234301dcffe"
             "cf3c56686eefe76cd7fb99f54aa5211f2bea93e89826c46e42215ea0a12a5835"
             "bb10e7ba270a3bb3afe2753604ac56a0ab52decedd2c28770302818100dfb752"
             "b6d7c0e296e7c9fe5d715ac440962fe587eaf3a57711673c8d5608a7b567fa37"
             "a8b8cf61e863d83806212b9209a6393aeaa8b4454b36104ce400667165f80b94"
             "594f8cfdd534a2e762840aa7bbdbd98acd05e1cc577bf1f11f119dba3e451899"
             "1b416443ee975d77135b74697387950507be4507177e4a6922f3db0539028180"
             "5ed8dcda5344c467e0925134e483a54d3edba79b82bb7381fce8774b15be1773"
             "499b5c98bcbd26ef0ce92eed197e86411e9e4881dd2de46fc2cdca939e657ed5"
             "ec73fd151ba2a07a0f0d6eb453079092643b8ba933b3c5949b4c5d9c7c46a4a5"
             "56f4f3f8270a7b420d927047e74251a9c218b158b15091b86141b6a9ced47cbb"
             "02818054091f0f03d8b6c50ce8b99e0c389643d4a6c547db200ee5bd29d47b1a"
             "f8415749699a82cc794a43eb4d8b2df243d5a5be44fd36ac8c9b02f79a03e819"
             "a661ae761093774104ab4ced6acc141b998d0c6a373b866c51375b1d79f2a343"
             "10c6a721796df9e9046ae832ffaefd1c7b8c2913a30cb2adec6c0f8d27127b48"
             "b2db31028181008d1b05ca241f0c531952746321fa784679af5cde30a46c2038"
             "e69739b87a700d8b6c6d1374d51cdea9f46037fe68775e0b4e5e033130dfd6ae"
             "85d081bb61c7b1045ac46d561cd964e7857f8891c9602805e2c6248fdd6164d8"
             "09de7ed34a611ad373584bd8a0542548836f826caf36512a5d142f412500ddf8"
             "f395fe31255012",
      .src = "b29776b4ae3e383c7e641fcca27ff6becf49bc48d36c8f0a0ec173bd7b557936"
             "0ea18788b92c90a6535ee9efc4e24dddf7a669823f56a47bfb62e0aeb8d304b3"
             "ac5a152ae3199b039a0b41da64ec0a69fcf21092f3c1bf847ffd2caec8b5f641"
             "70c547038af8ff6f3fd26f09b422f330bea985cb9c8df98feb3291a225848ff5"
             "dcc7069c2de5112c09098709a9f6337390f160f265dd30a566ce627bd0f82d3d"
             "198277e30a5f752f8eb1e5e891351b3b33b76692d1f28e6fe5750cad36fb4ed0"
             "6661bd49fef41aa22b49fe034c74478d9a66b249464d77ea334d6b3cb4494ac6"
             "7d3db5b9564115670f943c936527e0215d59c362d5a6da3826225e341c94af98",
      .result = "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "00000000000000000000000000000000000000000000000054859b342c49ea2a" },
    { .source = "Linux 6.1, crypto/testmgr.h, rsa_tv_template",
      .name = "rsa-2048, no primes",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_DECRYPT,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_RAW_PADDING },
      .key = "308202200201000282010100db101ac2a3f1dcff136bed44dff0026d13c788da"
             "706b54f1e827dcc30f996afac667ff1d1e3c1dc1b55f6cc0b2073a6d41e42599"
             "acfcd20f02d3d154061a5177bdb6bfeaa75c06a95d698445d7f505ba47f01bd7"
             "2b24eccb9b1b108d81a0beb18c33e436b843eb192a818dde810a9948b6f6bccd"
             "49343a8f2694e328821a7c8f599f45e85d1a4576045605a1d01b8c776daf53fa"
             "71e267e09afe03a985d2c9aaba2abcf4a008f51398135df0d933342a61c38955"
             "f0ae1a9c22ee19058d32feec9c84bab7f96c3a4f07fc45eb12e57bfd55e62969"
             "d1c2e8b97859f67910c64eeb6a5eb99ac7c45b63daa33f5e927a815ed6b0e262"
             "8f7426c20cd39a1747e68eab0203010001028201005241f4da7bb75955cad42f"
             "0f3acba40d936ccc9dc1b2fbfdae4031ac69522192b327dfeaee2c82bbf74032"
             "d514c49412ecb81fca59e3c178f385d847a5d7021a6579970d24f4f0676e752d"
             "bf103da87def7f60e4e60582895ddfc6d26c0791339842f002002538c585698a"
             "7d2f956c439ab881e2d00735aa0541c91eafe4043b19b873a2ac4b1e6648d872"
             "1facf6cbbc9009caec0cdcf92cd7ebaea3a447d7332f8acabc5ef077e4979897"
             "c710917d2aa6ff468397dee9e217030614e2d7b11d77af51275b5e69b881e611"
             "c54323810462ffe946b8d844dba5cc315434ce3e82d6bf7a0b64216d887e5b45"
             "121e638d49a71dd91e06cde8ba2c8c6932eabe60710201000201000201000201"
             "00020100",
      .src = "b29776b4ae3e383c7e641fcca27ff6becf49bc48d36c8f0a0ec173bd7b557936"
             "0ea18788b92c90a6535ee9efc4e24dddf7a669823f56a47bfb62e0aeb8d304b3"
             "ac5a152ae3199b039a0b41da64ec0a69fcf21092f3c1bf847ffd2caec8b5f641"
             "70c547038af8ff6f3fd26f09b422f330bea985cb9c8df98feb3291a225848ff5"
             "dcc7069c2de5112c09098709a9f6337390f160f265dd30a566ce627bd0f82d3d"
             "198277e30a5f752f8eb1e5e891351b3b33b76692d1f28e6fe5750cad36fb4ed0"
             "6661bd49fef41aa22b49fe034c74478d9a66b249464d77ea334d6b3cb4494ac6"
             "7d3db5b9564115670f943c936527e0215d59c362d5a6da3826225e341c94af98",
      .result = "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "00000000000000000000000000000000000000000000000054859b342c49ea2a" },
    { .source = "Linux 6.1, crypto/testmgr.h, pkcs1pad_rsa_tv_template",
      .name = "pkcs1-rsa-sha256",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_SIGN,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_PKCS1_PADDING, VCRYPTO_RSA_SHA256 },
      .key = "308204a50201000282010100d71e77828c9231e76902a2d55c78dea20c8ffe28"
             "5931df409c606106b92f62408076cb674ab55956691707faf94cbd6c377a467d"
             "70a76722b34d7a94c3ba4b7c4ba9327cb738954564a405a89f127c4ec6c82d40"
             "0630f460a691bb9bca0479111375f0aed35189c574b9aa3fb683e4786bcdf95c"
             "4c85ea523b5193fc146b335d3070fa501b1b3881138df7a50cc08ef96352184e"
             "a9f9f85c5dcd7a0dd48e7bee917bad7db492d5ab163b0a8ace8ede471a170186"
             "7bab99f14b0c3a0d8247c1918cbb2e229e49636e02c1c93a9ba5221b0795d610"
             "0250fdfdd19bbeabc2c074d7ec00fb1171cb7adc81799f86684663824db7f1e6"
             "166f4263f494a0ca33cc751302030100010282010062b560314f3f6616c160ac"
             "472aff6b69004ab25ce150b91874a8e4dca8eccd30bbc1c6e3c6ac202a3e5e8b"
             "12e6820809380bab7cb3cc9cce9767ddef95404e92e244e91dc114fda9b1dc71"
             "9c4621bd58886e221556c1efe0c98de5803eda7e930f52f6f5c191909e42494f"
             "8d9cba3883e933c2504fecc2f0a8b76e2825566b6267fe08f156e56f0e99f1e5"
             "957befeb0a2c92975723333607ddfbaef1b1d833b796714236c5a4a9194b1b52"
             "4c506991f00efa80374bb5d02fb7440dd4f8398dab71675905883deb48483388"
             "4efef8271bd655605e48b76d9aa837f97ade1bcd5d1a30d4e99e5b3c15f89c1f"
             "dad1864855ce83ee8e51c7de3212477d46b835df4102818100e44caede16fd9f"
             "83555b844acf1cf13795adca297f2d6e3281a42b2614961d4005ec0caf3f2c6f"
             "2ce8bf1deed0b3ef7c5b9e884f2a8b0e4abdb78cfa100e3bda68ad412be496fa"
             "7f80525f079f0e3b5e96451a132b94ce1f07698535fc69635bf8f83fce9d401e"
             "7cadfb9ecee001f8ef595ddc0079ab8a3f80a2763294a9ea6502818100f13860"
             "900d0c2e3d34e590ea21431f6863167b258dde822b52f8a3fd0f39e7e95e3275"
             "157dd0c9ce06e5fba9cb22e5db4909f2e6b7a5a7752e912d2b5df148614543d7"
             "bdfc1173b5119fb2183a6f36a7c2d3184df0c51f708c9bc51d95a85a9e8cb14b"
             "6a2a84762cd84f47b081840245f085f80c6da70c4d2cb25b8170fd6e17028181"
             "008d07c5fa924f48cbd3ddfe024ca17f6dabfc38e79b95cffe4951c609f72ba8"
             "941554759d88b40555c3cdd44ae40853c809bd0c4d83657585bc5ef82abde25d"
             "1d160ef9348938af34366c2c224422819073d9ea3aaf7074487cc6b5b0dce5a9"
             "a8764bbcf700f34c220f44621d400a57e25bdd7c7b9aadda7052218a4cc2c398"
             "7502818100ed245ca22181a10fa12a330e49c7006092516e9d9bdc6d22047ed6"
             "51199ff6e3912c8fb8a22919cc4731dff8abf0d20283ca9916c2e2c33f4b9983"
             "cb879e8666c23e91218066f3d6c5cdb6bb64ef22cf489458e77ed57c341cb7a2"
             "d093e99fb51161d75f370f6452701178cc0877ebf8301eb49e1b4ac7a83351e0"
             "eddf53f6df0281810086d94cee6561c119a9d5749bd5caf6832b06b420fe4529"
             "e8e3fae14f288e632f74c33a5c9af59e0e0dc5fea04c00ce7ba4191759af133a"
             "038f54f560392ed906b37cd690064177f393e17a0141c18ffe4c8839dbde719e"
             "58d1495080b25a4f698bb8fe63d4423d3761a84cffb6994cf451e044aa69793f"
             "81a4613d26e9045264",
      .src = "3ec8a12620544452480de566f3b3f504be10a84894222dddba7ab4768d799889",
      .result = "c7a398eb43d108c23d78450470c901eef885377c0bf919705c457b2f3a0bb78b"
                "c40d7b3a640b0fdb78a90bfd8d82a48639bf21b884c4ce9fc2e8b6614617b94e"
                "0b5705b44ff99c932d9bd5481d8012ef3a777fbcb58e2b6b7cfc9f8c9da2c485"
                "b087e9179bb62362d2a99f57e8f70445243a45ebeb6a088eafc8a084bc5d1338"
                "f5178ca3969ba9388df035ad328a725bdf21ab4b0ea829bb6154bf05db8484de"
                "dd163631daf3426d7a90229b1129a6f83061dad38b541e42d1471d6fd1cd420b"
                "d1e415857e08d659644c0134919226e8b0258cf8f4fa8bc931337672fb64929f"
                "da628de12a71914340613c5abe86fc5be6f9a916311faf256dc24a236e6302a2" },
    { .source = "Linux 6.1, crypto/testmgr.h, pkcs1pad_rsa_tv_template",
      .name = "pkcs1-rsa-sha256, no primes",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_SIGN,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_RSA_PKCS1_PADDING, VCRYPTO_RSA_SHA256 },
      .key = "308202200201000282010100d71e77828c9231e76902a2d55c78dea20c8ffe28"
             "5931df409c606106b92f62408076cb674ab55956691707faf94cbd6c377a467d"
             "70a76722b34d7a94c3ba4b7c4ba9327cb738954564a405a89f127c4ec6c82d40"
             "0630f460a691bb9bca0479111375f0aed35189c574b9aa3fb683e4786bcdf95c"
             "4c85ea523b5193fc146b335d3070fa501b1b3881138df7a50cc08ef96352184e"
             "a9f9f85c5dcd7a0dd48e7bee917bad7db492d5ab163b0a8ace8ede471a170186"
             "7bab99f14b0c3a0d8247c1918cbb2e229e49636e02c1c93a9ba5221b0795d610"
             "0250fdfdd19bbeabc2c074d7ec00fb1171cb7adc81799f86684663824db7f1e6"
             "166f4263f494a0ca33cc751302030100010282010062b560314f3f6616c160ac"
             "472aff6b69004ab25ce150b91874a8e4dca8eccd30bbc1c6e3c6ac202a3e5e8b"
             "12e6820809380bab7cb3cc9cce9767ddef95404e92e244e91dc114fda9b1dc71"
             "9c4621bd58886e221556c1efe0c98de5803eda7e930f52f6f5c191909e42494f"
             "8d9cba3883e933c2504fecc2f0a8b76e2825566b6267fe08f156e56f0e99f1e5"
             "957befeb0a2c92975723333607ddfbaef1b1d833b796714236c5a4a9194b1b52"
             "4c506991f00efa80374bb5d02fb7440dd4f8398dab71675905883deb48483388"
             "4efef8271bd655605e48b76d9aa837f97ade1bcd5d1a30d4e99e5b3c15f89c1f"
             "dad1864855ce83ee8e51c7de3212477d46b835df410201000201000201000201"
             "00020100",
      .src = "3ec8a12620544452480de566f3b3f504be10a84894222dddba7ab4768d799889",
      .result = "c7a398eb43d108c23d78450470c901eef885377c0bf919705c457b2f3a0bb78b"
                "c40d7b3a640b0fdb78a90bfd8d82a48639bf21b884c4ce9fc2e8b6614617b94e"
                "0b5705b44ff99c932d9bd5481d8012ef3a777fbcb58e2b6b7cfc9f8c9da2c485"
                "b087e9179bb62362d2a99f57e8f70445243a45ebeb6a088eafc8a084bc5d1338"
                "f5178ca3969ba9388df035ad328a725bdf21ab4b0ea829bb6154bf05db8484de"
                "dd163631daf3426d7a90229b1129a6f83061dad38b541e42d1471d6fd1cd420b"
                "d1e415857e08d659644c0134919226e8b0258cf8f4fa8bc931337672fb64929f"
                "da628de12a71914340613c5abe86fc5be6f9a916311faf256dc24a236e6302a2" },
    { .source = "Linux 6.1, crypto/testmgr.h, pkcs1pad_rsa_tv_template",
      .name = "pkcs1-rsa-sha256",
      .algorithm = VCRYPTO_AKCIPHER_RSA,
      .operation = VCRYPTO_OPERATION_VERIFY,
      .key_type = VCRYPTO_AKCIPHER_KEY_PUBLIC,
      .options = { VCRYPTO_RSA_PKCS1_PADDING, VCRYPTO_RSA_SHA256 },
      .key = "3082010a0282010100d71e77828c9231e76902a2d55c78dea20c8ffe285931df"
             "409c606106b92f62408076cb674ab55956691707faf94cbd6c377a467d70a767"
             "22b34d7a94c3ba4b7c4ba9327cb738954564a405a89f127c4ec6c82d400630f4"
             "60a691bb9bca0479111375f0aed35189c574b9aa3fb683e4786bcdf95c4c85ea"
             "523b5193fc146b335d3070fa501b1b3881138df7a50cc08ef96352184ea9f9f8"
             "5c5dcd7a0dd48e7bee917bad7db492d5ab163b0a8ace8ede471a1701867bab99"
             "f14b0c3a0d8247c1918cbb2e229e49636e02c1c93a9ba5221b0795d6100250fd"
             "fdd19bbeabc2c074d7ec00fb1171cb7adc81799f86684663824db7f1e6166f42"
             "63f494a0ca33cc75130203010001",
      .src = "c7a398eb43d108c23d78450470c901eef885377c0bf919705c457b2f3a0bb78b"
             "c40d7b3a640b0fdb78a90bfd8d82a48639bf21b884c4ce9fc2e8b6614617b94e"
             "0b5705b44ff99c932d9bd5481d8012ef3a777fbcb58e2b6b7cfc9f8c9da2c485"
             "b087e9179bb62362d2a99f57e8f70445243a45ebeb6a088eafc8a084bc5d1338"
             "f5178ca3969ba9388df035ad328a725bdf21ab4b0ea829bb6154bf05db8484de"
             "dd163631daf3426d7a90229b1129a6f83061dad38b541e42d1471d6fd1cd420b"
             "d1e415857e08d659644c0134919226e8b0258cf8f4fa8bc931337672fb64929f"
             "da628de12a71914340613c5abe86fc5be6f9a916311faf256dc24a236e6302a2",
      .signed_data =
          "3ec8a12620544452480de566f3b3f504be10a84894222dddba7ab4768d799889" },
    { .source = "RFC 6979, A.2",
      .name = "ecdsa-p192, sha1",
      .algorithm = VCRYPTO_AKCIPHER_ECDSA,
      .operation = VCRYPTO_OPERATION_VERIFY,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_CURVE_NIST_P192 },
      .key = "301d02010104186fab034934e4c0fc9ae67f5b5659a9d7d1fefd187ee09fd4",
      .src = "303502190098c6bd12b23eaf5e2a2045132086be3eb8ebd62abf6698ff021857"
             "a22b07dea9530f8de9471b1dc6624472e8e2844bc25b64",
      .signed_data = "8151325dcdbae9e0ff95f9f9658432dbedfdb209" },
    { .source = "RFC 6979, A.2",
      .name = "ecdsa-p224, sha224",
      .algorithm = VCRYPTO_AKCIPHER_ECDSA,
      .operation = VCRYPTO_OPERATION_VERIFY,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_CURVE_NIST_P224 },
      .key = "3021020101041cf220266e1105bfe3083e03ec7a3a654651f45e37167e88600b"
             "f257c1",
      .src = "303d021c1cdfe6662dde1e4a1ec4cdedf6a1f5a2fb7fbd9145c12113e6abfd3e"
             "021d00a6694fd7718a21053f225d3f46197ca699d45006c06f871808f43ebc",
      .signed_data = "9003e374bc726550c2c289447fd0533160f875709386dfa377bfd41c" },
    { .source = "RFC 6979, A.2",
      .name = "ecdsa-p256, sha256",
      .algorithm = VCRYPTO_AKCIPHER_ECDSA,
      .operation = VCRYPTO_OPERATION_VERIFY,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_CURVE_NIST_P256 },
      .key = "30250201010420c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b"
             "8a622b120f6721",
      .src = "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0e"
             "a84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff406"
             "4dc4ab2f843acda8",
      .signed_data =
          "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf" },
    { .source = "RFC 6979, A.2",
      .name = "ecdsa-p384, sha384",
      .algorithm = VCRYPTO_AKCIPHER_ECDSA,
      .operation = VCRYPTO_OPERATION_VERIFY,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_CURVE_NIST_P384 },
      .key = "303502010104306b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9a"
             "a47740787137d896d5724e4c70a825f872c9ea60d2edf5",
      .src = "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4"
             "ea95ad133c81a648152e44acf96e36dd1e80fabe4602310099ef4aeb15f178ce"
             "a1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e"
             "7b82c71a38628ac8",
      .signed_data = "9a9083505bc92276aec4be312696ef7bf3bf603f4bbd381196a029f340585312"
                     "313bca4a9b5b890efee42c77b1ee25fe" },
    { .source = "RFC 6979, A.2",
      .name = "ecdsa-p521, sha512",
      .algorithm = VCRYPTO_AKCIPHER_ECDSA,
      .operation = VCRYPTO_OPERATION_VERIFY,
      .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
      .options = { VCRYPTO_CURVE_NIST_P521 },
      .key = "3047020101044200fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee"
             "8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89"
             "ec0c08b0e996b83538",
      .src = "308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53"
             "950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15"
             "bf05ec36e377fa0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca2"
             "09417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc"
             "43997f1ee0e44da4a67a",
      .signed_data =
          "39a5e04aaff7455d9850c605364f514c11324ce64016960d23d5dc57d3ffd8f4"
          "9a739468ab8049bf18eef820cdb1ad6c9015f838556bc7fad4138b23fdf986c7" },
};

static struct akcipher_vector decoded[G_N_ELEMENTS(table)];

const struct akcipher_vector *akcipher_vectors(size_t *n)
{
    *n = G_N_ELEMENTS(table);
    for (size_t i = 0; i < *n && !decoded[i].name; i++) {
        const struct hex_vector *from = &table[i];

        decoded[i] = (struct akcipher_vector){
            .source = from->source,
            .name = from->name,
            .algorithm = from->algorithm,
            .operation = from->operation,
            .key_type = from->key_type,
            .options = { from->options[0], from->options[1] },
        };
        decoded[i].key = hex_dup(from->key, &decoded[i].key_len);
        decoded[i].src = hex_dup(from->src, &decoded[i].src_len);
        decoded[i].signed_data = hex_dup(from->signed_data ? from->signed_data : "",
                                         &decoded[i].signed_data_len);
        decoded[i].result =
            hex_dup(from->result ? from->result : "", &decoded[i].result_len);
    }
    return decoded;
}
