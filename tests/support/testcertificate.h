// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace orrery::testing {

/// For a server on loopback in tests and benchmarks: signed by itself, valid for localhost, 127.0.0.1 and ::1. Nobody
/// trusts it but a test that names it as its authority, and its key is no secret.
inline constexpr const char *kTestCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBvzCCAWagAwIBAgIUPV2VqwtzFiM7WSsRKpNhlXMuy2gwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwST3JyZXJ5IHRlc3Qgc2VydmVyMCAXDTI2MTEyOTAwNDIzNVoY
DzIxMjYxMTA1MDA0MjM1WjAdMRswGQYDVQQDDBJPcnJlcnkgdGVzdCBzZXJ2ZXIw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATb/5utDSiMGlapHDgdUwmma8/YfED0
5tQT1UYGkSSszgp6xxcxnKTd4hoNurB8kH+qwQ2jFT9RTwWJjbNXwf1xo4GBMH8w
HQYDVR0OBBYEFIObG08ED1iJnwqbLO2WysmFa/Q/MB8GA1UdIwQYMBaAFIObG08E
D1iJnwqbLO2WysmFa/Q/MCwGA1UdEQQlMCOCCWxvY2FsaG9zdIcEfwAAAYcQAAAA
AAAAAAAAAAAAAAAAATAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQC
IFNoGywNdB2ygu+j323LO+ZphI4UxWtNR8Bv4qLjmTwkAiAcpTbnHqmM896rUgEQ
HWYBiHX0x0O9lSFds41kc72VgQ==
-----END CERTIFICATE-----
)";
inline constexpr const char *kTestCertificateKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguIL840GQCPO6HJVI
BT3Zu6VRNKJtYgDFNBjSUQv7TL6hRANCAATb/5utDSiMGlapHDgdUwmma8/YfED0
5tQT1UYGkSSszgp6xxcxnKTd4hoNurB8kH+qwQ2jFT9RTwWJjbNXwf1x
-----END PRIVATE KEY-----
)";

} // namespace orrery::testing
