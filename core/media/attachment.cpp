// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/attachment.h"

#include "core/base/utf8.h"
#include "core/media/picturescale.h"

#include <QByteArray>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::media {
namespace {

using namespace std::string_view_literals;

std::string megabytes(std::uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1'000'000);
    return text;
}

std::string measure(const Attachment &attachment)
{
    std::string text = std::to_string(attachment.bytes.size()) + " bytes";
    if (attachment.size.isKnown())
        text += " and " + std::to_string(attachment.size.width) + " × "
                + std::to_string(attachment.size.height) + " pixels";
    return text;
}

bool isAbove(const Attachment &attachment, const AttachmentLimits &limits)
{
    const std::uint64_t most = attachment.isPicture() ? limits.pictureBytes : limits.documentBytes;
    if (most > 0 && attachment.bytes.size() > most)
        return true;
    return attachment.isPicture() && limits.side > 0
           && std::max(attachment.size.width, attachment.size.height) > limits.side;
}

tl::unexpected<Error> tooLarge(const Attachment &attachment, const AttachmentLimits &limits,
                               const std::string &why)
{
    const std::uint64_t most = attachment.isPicture() ? limits.pictureBytes : limits.documentBytes;
    std::string limit = megabytes(most);
    if (attachment.isPicture() && limits.side > 0)
        limit += " and " + std::to_string(limits.side) + " pixels a side";
    return fail(ErrorCode::InvalidArgument, attachment.name + " has " + measure(attachment)
                                                + "; the model takes at most " + limit
                                                + (why.empty() ? "." : ": " + why + "."));
}

/// How often a page is defined where that can be seen without unpacking anything.
std::size_t pagesOf(std::string_view pdf)
{
    std::size_t pages = 0;
    for (std::size_t at = pdf.find("/Type"); at != pdf.npos; at = pdf.find("/Type", at)) {
        at = std::min(pdf.find_first_not_of(" \r\n\t", at + 5), pdf.size());
        const std::string_view word = pdf.substr(at, 6);
        if (word.starts_with("/Page") && !word.ends_with('s'))
            ++pages;
    }
    return pages;
}

class FileHandle
{
public:
    explicit FileHandle(int file) : m_file(file) {}
    ~FileHandle()
    {
        if (m_file >= 0)
            close(m_file);
    }
    FileHandle(const FileHandle &) = delete;
    FileHandle &operator=(const FileHandle &) = delete;
    operator int() const { return m_file; }

private:
    int m_file;
};

/// A file may grow while it is read.
bool readUpTo(int file, std::size_t most, std::string &out)
{
    char buffer[65536];
    while (out.size() <= most) {
        const ssize_t count = ::read(file, buffer, sizeof buffer);
        if (count == 0)
            return true;
        if (count > 0)
            out.append(buffer, static_cast<std::size_t>(count));
        else if (errno != EINTR)
            return false;
    }
    return true;
}

Result<std::string> readWhole(const std::filesystem::path &path, std::uint64_t most)
{
    const std::string shown = validUtf8(path.string());
    const auto failed = [&](ErrorCode code) {
        return fail(code, shown + " cannot be read: " + std::strerror(errno));
    };
    // Without waiting, should it be a pipe.
    const FileHandle file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (file < 0)
        return failed(errno == ENOENT || errno == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io);
    struct stat status = {};
    if (fstat(file, &status) != 0)
        return failed(ErrorCode::Io);
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::InvalidArgument, shown + " is no file, expected one to attach.");
    std::string bytes;
    if (static_cast<std::uint64_t>(status.st_size) <= most && !readUpTo(file, most, bytes))
        return failed(ErrorCode::Io);
    const auto size = std::max<std::uint64_t>(bytes.size(), status.st_size);
    if (size > most)
        return fail(ErrorCode::InvalidArgument, shown + " has " + std::to_string(size)
                                                    + " bytes; no more than " + megabytes(most)
                                                    + " are attached.");
    return bytes;
}

} // namespace

std::string_view attachableType(std::string_view bytes)
{
    if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv))
        return "image/png";
    if (bytes.starts_with("\xFF\xD8\xFF"sv))
        return "image/jpeg";
    if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv))
        return "image/gif";
    if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP")
        return "image/webp";
    return bytes.starts_with("%PDF-"sv) ? "application/pdf" : "";
}

Result<Attachment> attachmentOf(std::string name, std::string bytes)
{
    Attachment attachment{validUtf8(name), std::string(attachableType(bytes)), {}, {}, 0};
    if (attachment.mediaType.empty())
        return fail(ErrorCode::InvalidArgument,
                    attachment.name
                        + " is nothing that a model can be shown, expected a PNG, JPEG, GIF or "
                          "WebP picture or a PDF document.");
    attachment.bytes = std::move(bytes);
    if (!attachment.isPicture()) {
        attachment.pages = pagesOf(attachment.bytes);
        return attachment;
    }
    attachment.size = pictureSize(attachment.bytes);
    if (!attachment.size.isKnown())
        return fail(ErrorCode::InvalidArgument, attachment.name + " is a broken picture ("
                                                    + attachment.mediaType
                                                    + "): its width and height cannot be read.");
    return attachment;
}

Result<void> fitTo(Attachment &attachment, const AttachmentLimits &limits)
{
    if (!isAbove(attachment, limits))
        return {};
    if (!attachment.isPicture())
        return tooLarge(attachment, limits, {});
    const std::uint64_t most = limits.pictureBytes > 0 ? limits.pictureBytes : kMostLoaded;
    auto scaled = scaledDown(attachment.bytes, limits.side, most);
    if (!scaled)
        return tooLarge(attachment, limits, scaled.error().message);
    attachment.mediaType = std::move(scaled->mediaType);
    attachment.bytes = std::move(scaled->bytes);
    attachment.size = pictureSize(attachment.bytes);
    return {};
}

Result<Attachment> loadAttachment(const std::filesystem::path &path, const AttachmentLimits &limits)
{
    auto bytes = readWhole(path, kMostLoaded);
    if (!bytes)
        return fail(bytes.error());
    auto attachment = attachmentOf(path.filename().string(), std::move(*bytes));
    if (!attachment)
        return attachment;
    if (auto fits = fitTo(*attachment, limits); !fits)
        return fail(fits.error());
    return attachment;
}

ContentPart partOf(const Attachment &attachment)
{
    const QByteArray coded =
        QByteArray::fromRawData(attachment.bytes.data(),
                                static_cast<qsizetype>(attachment.bytes.size()))
            .toBase64();
    ContentPart part{attachment.isPicture() ? "image" : "file",
                     coded.toStdString(),
                     {{"media_type", attachment.mediaType}, {"name", attachment.name}}};
    if (attachment.size.isKnown()) {
        part.options["width"] = attachment.size.width;
        part.options["height"] = attachment.size.height;
    }
    if (attachment.pages > 0)
        part.options["pages"] = attachment.pages;
    return part;
}

Result<std::vector<ContentPart>> loadParts(const std::vector<std::string> &paths,
                                           const AttachmentLimits &limits)
{
    std::vector<ContentPart> parts;
    for (const std::string &path : paths) {
        const auto attachment = loadAttachment(path, limits);
        if (!attachment)
            return fail(attachment.error());
        parts.push_back(partOf(*attachment));
    }
    return parts;
}

} // namespace orrery::media
