// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/attachmentlimits.h"

#include <string_view>

namespace orrery::llm {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

/// Bytes of a file whose base64 has so many.
constexpr std::uint64_t uncoded(std::uint64_t coded) { return coded / 4 * 3; }

struct SizeRow {
    std::string_view provider;
    std::uint64_t pictureBytes;
    std::uint32_t side;
    std::uint64_t documentBytes;
};

/// As documented in 2026-11. Where only a whole request is limited, a quarter of it is left to everything else.
constexpr SizeRow kSizes[] = {
    // platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support: 5 MB of base64 a picture, 8,000 pixels a side
    // (2,000 when there are more than 20 pictures), 32 MB a request.
    {"anthropic", uncoded(5 * kMiB), 8000, uncoded(24 * kMiB)},
    // docs.aws.amazon.com/bedrock, Message in the Converse API: 3.75 MB and 8,000 pixels a picture, 4.5 MB a document.
    {"bedrock", 3'750'000, 8000, 4'500'000},
    // developers.openai.com/api/docs/guides/images-vision and …/file-inputs: 50 MB a request.
    {"openai", 20'000'000, 0, uncoded(40'000'000)},
    {"azure", 20'000'000, 0, uncoded(40'000'000)},
    // ai.google.dev/gemini-api/docs/image-understanding: 20 MB a request with inline data, base64 included.
    {"gemini", uncoded(15'000'000), 0, uncoded(15'000'000)},
    // docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-understanding: 7 MB inline a file.
    {"vertex", 7'000'000, 0, 7'000'000},
    // console.groq.com/docs/vision: 4 MB a request with base64, 33 million pixels.
    {"groq", uncoded(3 * kMiB), 5760, 0},
    // docs.x.ai, image understanding: 10 MiB a picture.
    {"xai", 10 * kMiB, 0, 0},
};

} // namespace

AttachmentLimits attachmentLimitsOf(const ModelProfile &profile)
{
    AttachmentLimits limits{profile.images, profile.pdf, 0, 0, 0};
    for (const SizeRow &row : kSizes)
        if (row.provider == profile.provider) {
            limits.pictureBytes = row.pictureBytes;
            limits.side = row.side;
            limits.documentBytes = row.documentBytes;
        }
    return limits;
}

} // namespace orrery::llm
