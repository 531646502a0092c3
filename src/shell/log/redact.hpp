#pragma once

/// The one place that decides what must not be seen: secrets and personal data are taken out of a
/// text before it goes into a log line, an error's body or onto a terminal.
///
/// R1  Taken out wherever they stand: what follows "Bearer", values of names such as password,
///     token, secret, signature or api_key, and every run of 40 or more letters, digits, '_' and
///     '-', which is what tokens, keys and signatures look like and what no id of ours is. Names of
///     the archive's objects stay, and so do hashes right after our own words for them: an operator
///     has to find the object, and to compare states.
/// R2  An e-mail address becomes a short keyed hash that is the same as long as the process lives;
///     the last part of an IP address becomes '*', unless the address is this machine's.
///
/// Threads: any.

#include <string>
#include <string_view>

namespace botcore::shell::log {

[[nodiscard]] std::string redact(std::string_view text);

/// An IPv4 address without its last number, an IPv6 address's first two groups; loopback as it is.
[[nodiscard]] std::string mask_address(std::string_view address);

}  // namespace botcore::shell::log
