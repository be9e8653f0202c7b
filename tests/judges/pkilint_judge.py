"""Judges folders of certificates, CRLs and OCSP responses by pkilint's PKIX rules.

    python tests/judges/pkilint_judge.py FOLDER...

One process for all folders. A line for each finding of severity notice or worse: `folder pkilint file: severity code`; a
file without any: `folder pkilint file: ok`. A folder is as Judge.java has it.
"""

import pathlib
import sys

from pkilint import document, loader, pkix, validation
from pkilint.pkix import certificate, crl, extension, name, ocsp
from pyasn1.codec.der import decoder
from pyasn1.error import PyAsn1Error


def decode(octets, asn1Spec):
    """pkilint's own reader, pyasn1-fasder 0.1.3, refuses what X.690 8.19.4 allows: OIDs below 2.999, the arc for tests."""
    decoded, rest = decoder.decode(bytes(octets), asn1Spec=asn1Spec)
    if rest:
        raise PyAsn1Error("octets remain")
    return decoded, rest


document.decode_der = decode


def certificates():
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def decoders():
    return [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ]


def lists():
    return crl.create_pkix_crl_validator_container(
        decoders(),
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )


def answers():
    return ocsp.create_pkix_ocsp_response_validator_container([ocsp.create_response_decoder(), *decoders()], [])


# By the end of a file's name: reader, rules.
KINDS = {
    ".der": (loader.RFC5280CertificateDocumentLoader(), certificates()),
    ".crl": (loader.RFC5280CertificateListDocumentLoader(), lists()),
    ".resp": (loader.RFC6960OCSPResponseDocumentLoader(), answers()),
}


def judge(file):
    reader, rules = KINDS[file.suffix]
    document = reader.load_der_document(file.read_bytes(), file.name)
    found = {
        f"{description.finding.severity.name.lower()} {description.finding.code}"
        for result in rules.validate(document.root)
        for description in result.finding_descriptions
        if description.finding.severity <= validation.ValidationFindingSeverity.NOTICE
    }
    return sorted(found) or ["ok"]


for folder in map(pathlib.Path, sys.argv[1:]):
    for file in sorted(folder.iterdir()):
        if file.suffix in KINDS:
            for said in judge(file):
                print(f"{folder.name} pkilint {file.name.removesuffix('.der')}: {said}")
