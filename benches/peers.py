"""Other implementations, measured on order: a line with a name comes in, nanoseconds a call go out.

First it says what there is, a line each ("- " before what there is not), and an empty line. libcrypto is the system's,
called through ctypes: the call itself costs some 1 to 2 microseconds of what is measured.
"""
import ctypes
import ctypes.util
import pathlib
import sys
import time

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "crates/npki-container/tests/vectors"
PASSWORD = b"test-Pass-1"


def libcrypto():
    lib = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    for name in (
        "OpenSSL_version OSSL_PROVIDER_load BIO_new_mem_buf d2i_PKCS8PrivateKey_bio d2i_X509_SIG PKCS8_decrypt "
        "EVP_CIPHER_fetch EVP_CIPHER_CTX_new"
    ).split():
        getattr(lib, name).restype = ctypes.c_void_p
    lib.OpenSSL_version.restype = ctypes.c_char_p
    for provider in (b"default", b"legacy"):
        if not lib.OSSL_PROVIDER_load(None, provider):
            raise OSError("no provider " + provider.decode())
    return lib


def open_key():
    def openssl(file):
        octets = (VECTORS / "openssl" / file).read_bytes()

        def to_der(lib):
            def call():
                at = ctypes.c_char_p(octets)
                sig = lib.d2i_X509_SIG(None, ctypes.byref(at), ctypes.c_long(len(octets)))
                info = lib.PKCS8_decrypt(ctypes.c_void_p(sig), PASSWORD, len(PASSWORD))
                assert info
                lib.PKCS8_PRIV_KEY_INFO_free(ctypes.c_void_p(info))
                lib.X509_SIG_free(ctypes.c_void_p(sig))
            return call

        def to_key(lib):
            def call():
                bio = ctypes.c_void_p(lib.BIO_new_mem_buf(octets, len(octets)))
                key = lib.d2i_PKCS8PrivateKey_bio(bio, None, None, ctypes.c_char_p(PASSWORD))
                assert key
                lib.EVP_PKEY_free(ctypes.c_void_p(key))
                lib.BIO_free(bio)
            return call

        return to_der, to_key

    def pypinksign():
        from pypinksign.pypinksign import PinkSign
        octets = (VECTORS / "pypinksign/pbes1-seed.key").read_bytes()
        signer = PinkSign(pubkey_data=(VECTORS / "openssl/sign.der").read_bytes())

        def call():
            signer.load_prikey(prikey_data=octets, prikey_password=PASSWORD)
            assert signer.prikey is not None
        return call

    yield "PyPinkSign, PBES1 SEED, to a key", 2, pypinksign
    try:
        lib = libcrypto()
    except OSError as error:
        print("- libcrypto:", error)
        return
    version = lib.OpenSSL_version(0).decode().split()[1]
    for label, file in (
        ("PBES2 SEED, HMAC-SHA1", "pbes2-seed-sha1.key"),
        ("PBES2 AES-256, HMAC-SHA256", "pbes2-aes-256-sha256.key"),
    ):
        to_der, to_key = openssl(file)
        yield f"libcrypto {version}, {label}, to DER", 10, lambda f=to_der: f(lib)
        yield f"libcrypto {version}, {label}, to a key", 5, lambda f=to_key: f(lib)


def seed_cbc():
    try:
        lib = libcrypto()
    except OSError as error:
        print("- libcrypto:", error)
        return
    version = lib.OpenSSL_version(0).decode().split()[1]

    def cbc(size, encrypt):
        def make():
            cipher = ctypes.c_void_p(lib.EVP_CIPHER_fetch(None, b"SEED-CBC", None))
            context = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
            source, target, length = bytes(size), ctypes.create_string_buffer(size + 32), ctypes.c_int()
            init = lib.EVP_EncryptInit_ex2 if encrypt else lib.EVP_DecryptInit_ex2
            update = lib.EVP_EncryptUpdate if encrypt else lib.EVP_DecryptUpdate
            key = b"abcdefghijklmnop"

            def call():
                assert init(context, cipher, key, key, None) == 1
                lib.EVP_CIPHER_CTX_set_padding(context, 0)
                assert update(context, target, ctypes.byref(length), source, size) == 1
                assert length.value == size
            return call
        return make

    for size, calls in ((1216, 200), (16384, 20)):
        yield f"libcrypto {version}, decrypt, {size} octets", calls, cbc(size, False)
        yield f"libcrypto {version}, encrypt, {size} octets", calls, cbc(size, True)


def sign():
    """EVP_PKEY_sign over a digest; RSA is blinded, and checked by the public operation (rsa_ossl_mod_exp)."""
    try:
        lib = libcrypto()
    except OSError as error:
        print("- libcrypto:", error)
        return
    version = lib.OpenSSL_version(0).decode().split()[1]
    for name in "EVP_PKEY_CTX_new EVP_MD_fetch d2i_AutoPrivateKey".split():
        getattr(lib, name).restype = ctypes.c_void_p
    keys = VECTORS.parents[2] / "npki-key/tests/vectors/keys"

    def signer(file):
        def make():
            octets = (keys / file).read_bytes()
            at = ctypes.c_char_p(octets)
            key = ctypes.c_void_p(lib.d2i_AutoPrivateKey(None, ctypes.byref(at), ctypes.c_long(len(octets))))
            context = ctypes.c_void_p(lib.EVP_PKEY_CTX_new(key, None))
            assert lib.EVP_PKEY_sign_init(context) == 1
            md = ctypes.c_void_p(lib.EVP_MD_fetch(None, b"SHA256", None))
            assert lib.EVP_PKEY_CTX_set_signature_md(context, md) == 1
            digest, target = bytes(range(32)), ctypes.create_string_buffer(512)

            def call():
                length = ctypes.c_size_t(512)
                assert lib.EVP_PKEY_sign(context, target, ctypes.byref(length), digest, ctypes.c_size_t(32)) == 1
            return call
        return make

    yield f"libcrypto {version}, RSA-2048", 20, signer("rsa-2048.der")
    yield f"libcrypto {version}, P-256", 100, signer("p256.der")


def main():
    rows = {}
    for name, calls, make in {"open_key": open_key, "seed_cbc": seed_cbc, "sign": sign}[sys.argv[1]]():
        try:
            call = make()
            call()
        except Exception as error:  # whatever is missing or differs: the bench goes on without it
            print(f"- {name}: {type(error).__name__}: {error}")
            continue
        rows[name] = (calls, call)
        print(name)
    print(flush=True)
    for line in sys.stdin:
        calls, call = rows[line.rstrip("\n")]
        start = time.thread_time_ns()
        for _ in range(calls):
            call()
        print((time.thread_time_ns() - start) / calls, flush=True)


main()
