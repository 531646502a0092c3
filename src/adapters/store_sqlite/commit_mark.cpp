#include "adapters/store_sqlite/commit_mark.hpp"

#include "base/whole_number.hpp"
#include "host/whole_file.hpp"
#include "protocol/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace botcore::store_sqlite {

namespace {

/// One line of fixed length, so that each new line overwrites the previous one completely.
constexpr std::size_t kLineSize = 192;

std::string padded(std::uint64_t number) {
    std::string text = std::to_string(number);
    return std::string(20 - text.size(), '0') + text;
}

/// "mark <sequence> <hash> <timeline> <checksum>": the checksum is the beginning of the SHA-256 of
/// the text before it.
std::string line_of(const CommitMark::Mark& mark) {
    std::string line = "mark " + padded(mark.sequence) + " " + protocol::to_hex(mark.hash) + " " +
                       mark.timeline + " ";
    line += protocol::to_hex(protocol::hash_of(line)).substr(0, 16);
    line.resize(kLineSize - 1, ' ');
    return line + "\n";
}

std::optional<model::Hash> hash_in(std::string_view text) {
    model::Hash hash{};
    for (std::size_t i = 0; i < hash.size(); ++i) {
        const char* const begin = text.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, hash.at(i), 16);
        if (error != std::errc() || end != begin + 2) return std::nullopt;
    }
    return hash;
}

}  // namespace

std::string CommitMark::name_of(const model::TimelineIdentity& timeline) {
    return timeline.ancestors.empty() ? std::to_string(timeline.number) : to_text(timeline);
}

std::filesystem::path CommitMark::path_of(const std::filesystem::path& store) {
    return store.string() + "-mark";
}

base::Result<std::optional<CommitMark::Mark>, std::string> CommitMark::read(
    const std::filesystem::path& store) {
    const auto bytes = TRY(host::read_file_if_there(path_of(store)));
    if (!bytes || bytes->size() < kLineSize) return std::optional<Mark>();
    const std::string line = bytes->substr(0, kLineSize);
    const std::string_view text = line;
    const auto sequence = base::whole_number<std::uint64_t>(text.substr(5, 20));
    const auto hash = hash_in(text.substr(26, 64));
    if (!sequence || !hash) return std::optional<Mark>();
    const std::string_view rest = text.substr(91);
    const Mark mark{std::string(rest.substr(0, rest.find(' '))), *sequence, *hash};
    if (line_of(mark) != line) return std::optional<Mark>();
    return std::optional(mark);
}

void CommitMark::remove(const std::filesystem::path& store) {
    std::error_code error;
    std::filesystem::remove(path_of(store), error);
}

std::string CommitMark::missing(const std::optional<Mark>& mark,
                                std::string_view timeline,
                                const model::Head& head,
                                const std::optional<model::Hash>& ours) {
    if (!mark || mark->timeline != timeline) return {};
    const std::string record = std::to_string(mark->sequence);
    if (mark->sequence > head.sequence) {
        return "the mark beside the database shows that record " + record +
               " was committed, but the database ends with record " + std::to_string(head.sequence);
    }
    if (ours && mark->hash != *ours) {
        return "the mark beside the database names a record " + record +
               " with another hash than the record in the database";
    }
    return {};
}

CommitMark::CommitMark(const std::filesystem::path& store, std::string timeline)
    : file_(::open(path_of(store).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)),
      timeline_(std::move(timeline)) {
}

CommitMark::~CommitMark() {
    if (file_ >= 0) ::close(file_);
}

void CommitMark::write(const model::Head& head) const {
    if (file_ < 0) return;
    const std::string line = line_of({timeline_, head.sequence, head.hash});
    (void)!::pwrite(file_, line.data(), line.size(), 0);
}

}  // namespace botcore::store_sqlite
