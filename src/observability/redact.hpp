#pragma once

/// The single place that decides what must not be shown: secrets and personal data are removed from
/// a text before it is written to a log line, an error's body or a terminal.
///
/// R1  Removed anywhere in the text: what follows "Bearer", values of names such as password,
///     token, secret, signature or api_key, and every run of 40 or more letters, digits, '_' and
///     '-': tokens, keys and signatures look like that, and none of our ids does. Names of the
///     archive's objects are not removed, nor are hashes right after our own words for hashes: an
///     operator must be able to find the object and to compare states.
/// R2  An e-mail address is replaced by a short keyed hash, which stays the same while the process
///     runs. The last part of an IP address becomes '*', unless it is a loopback address.
///
/// Threads: any.

#include <string>
#include <string_view>

namespace botcore::observability {

[[nodiscard]] std::string redact(std::string_view text);

/// An IPv4 address without its last number, or the first two groups of an IPv6 address; loopback
/// addresses are unchanged.
[[nodiscard]] std::string mask_address(std::string_view address);

}  // namespace botcore::observability
