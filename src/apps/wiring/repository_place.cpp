#include "apps/wiring/repository_place.hpp"

#include <utility>

namespace botcore::apps {

base::Result<std::unique_ptr<ports::Repository>, std::string> make_repository(
    RepositoryOptions options, archive_folder::IfMissing missing) {
    using MadeRepository = std::unique_ptr<ports::Repository>;
    if (options.place.starts_with("s3://")) {
        archive_s3::S3Options s3{.place = TRY(archive_s3::parse_s3_place(options.place)),
                                 .credentials = std::move(options.credentials),
                                 .authorities = std::move(options.authorities),
                                 .storage_class = std::move(options.storage_class),
                                 .pause = std::move(options.pause)};
        return MadeRepository(TRY(archive_s3::S3Repository::make(std::move(s3))));
    }
    if (options.place.find("://") != std::string::npos) {
        return base::Failure{
            std::string("a repository must be a folder or an address that begins with s3://")};
    }
    if (options.place.empty())
        return base::Failure{std::string("the repository's place is an empty text")};
    return MadeRepository(TRY(archive_folder::FolderRepository::open(options.place, missing)));
}

base::Result<std::unique_ptr<ports::Repository>, std::string> make_folder_repository(
    const std::filesystem::path& folder) {
    return std::unique_ptr<ports::Repository>(TRY(archive_folder::FolderRepository::open(folder)));
}

}  // namespace botcore::apps
