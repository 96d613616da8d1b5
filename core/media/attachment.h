// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/media/picturesize.h"
#include "core/model/attachmentlimits.h"
#include "core/model/message.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::media {

/// No file above this is loaded, whatever a server may take.
inline constexpr std::uint64_t kMostLoaded = 50 * 1024 * 1024;

/// A picture or a document that goes to a model with a message.
struct Attachment {
    std::string name;      ///< of the file, as the model is told it
    std::string mediaType; ///< image/png, image/jpeg, image/gif, image/webp or application/pdf
    std::string bytes;
    PictureSize size;      ///< of a picture
    std::size_t pages = 0; ///< of a document, as far as they can be counted; 0 = not known

    bool isPicture() const { return mediaType.starts_with("image/"); }
};

/// The media type of a file that models can take, from its beginning, whatever its name; empty for all others.
std::string_view attachableType(std::string_view bytes);

/// What a file is. Error: InvalidArgument for what is neither of these pictures nor a PDF.
Result<Attachment> attachmentOf(std::string name, std::string bytes);

/// Makes a picture smaller that is above the limits. Error: InvalidArgument with the limit and the size of what stays above
/// them. Blocks. A kind that nobody takes (`pictures`, `documents`) is none of its business.
Result<void> fitTo(Attachment &attachment, const AttachmentLimits &limits);

/// Reads a file that the person has named, wherever it is, and fits it. Its size is looked at before anything is read.
/// Errors: NotFound, InvalidArgument, Io, each naming the file.
Result<Attachment> loadAttachment(const std::filesystem::path &path,
                                  const AttachmentLimits &limits);

/// As part of a message: type `image` or `file`, the content in base64; the options say media_type, name, and width and
/// height or pages when they are known.
ContentPart partOf(const Attachment &attachment);

/// All of them, in order; the first error.
Result<std::vector<ContentPart>> loadParts(const std::vector<std::string> &paths,
                                           const AttachmentLimits &limits);

} // namespace orrery::media
