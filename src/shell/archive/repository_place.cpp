#include "shell/archive/repository_place.hpp"

#include "shell/archive/folder_repository.hpp"
#include "shell/archive/s3_repository.hpp"

#include <utility>

namespace botcore::shell::archive {

base::Result<std::unique_ptr<ports::Repository>, std::string> make_repository(
    const std::string& place, S3Credentials credentials, const std::string& authorities) {
    using Made = std::unique_ptr<ports::Repository>;
    if (place.starts_with("s3://")) {
        S3Options options{.place = TRY(parse_s3_place(place)),
                          .credentials = std::move(credentials),
                          .authorities = authorities};
        return Made(TRY(S3Repository::make(std::move(options))));
    }
    if (place.find("://") != std::string::npos) {
        return base::Failure{
            std::string("a repository is a folder or an address that begins with s3://")};
    }
    if (place.empty()) return base::Failure{std::string("the repository's place is empty")};
    return Made(TRY(FolderRepository::open(place)));
}

}  // namespace botcore::shell::archive
