// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/picturetokens.h"

#include "core/llm/contentparts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace orrery::llm {
namespace {

struct Box {
    double width;
    double height;

    double longer() const { return std::max(width, height); }
    double shorter() const { return std::min(width, height); }
    Box times(double factor) const { return {width * factor, height * factor}; }
    Box within(double longest) const
    {
        return longer() > longest ? times(longest / longer()) : *this;
    }
};

std::int64_t squares(const Box &box, double side)
{
    return static_cast<std::int64_t>(std::ceil(box.width / side) * std::ceil(box.height / side));
}

bool beginsWithOneOf(std::string_view model, std::initializer_list<std::string_view> prefixes)
{
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return model.starts_with(prefix); });
}

/// platform.claude.com/docs/en/build-with-claude/vision (2026-11): width × height / 750, of a picture that was brought to
/// at most 1,568 pixels a side and about 1,600 tokens; from Opus 4.7 on 2,576 pixels and 4,784 tokens.
std::int64_t anthropicTokens(std::string_view model, Box box)
{
    const bool isOlder = beginsWithOneOf(
        model, {"claude-2", "claude-3", "claude-haiku-4", "claude-sonnet-4", "claude-opus-4-0",
                "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4-5", "claude-opus-4-6"});
    box = box.within(isOlder ? 1568 : 2576);
    const double tokens = std::ceil(box.width * box.height / 750);
    return static_cast<std::int64_t>(std::min<double>(tokens, isOlder ? 1600 : 4784));
}

/// ai.google.dev/gemini-api/docs/tokens and …/media-resolution (2026-11): from Gemini 3 on 1,120 by default; before it 258
/// up to 384 pixels a side, else 258 for each tile of a side of two thirds of the shorter one, between 256 and 768.
std::int64_t geminiTokens(std::string_view model, const Box &box)
{
    constexpr std::int64_t kTile = 258;
    if (!beginsWithOneOf(model, {"gemini-1", "gemini-2"}))
        return 1120;
    if (box.longer() <= 384)
        return kTile;
    const double side = std::clamp(std::floor(box.shorter() / 1.5), 256.0, 768.0);
    return kTile * squares(box, side);
}

struct PatchRule {
    std::string_view prefix;
    int most;      ///< patches
    double factor; ///< tokens a patch
};

/// developers.openai.com/api/docs/guides/images-vision, "Calculating costs" (2026-11), the higher of what is documented and
/// what people have measured. Longer prefixes first.
constexpr PatchRule kPatchRules[] = {
    {"gpt-4.1-mini", 1536, 1.62}, {"gpt-4.1-nano", 1536, 2.46}, {"gpt-5-mini", 1536, 1.62},
    {"gpt-5-nano", 1536, 2.46},   {"o4-mini", 1536, 1.72},      {"gpt-5.", 2500, 1.2},
};

/// Patches of 32 pixels a side, of a picture that was made small enough for their number.
std::int64_t patchTokens(const PatchRule &rule, Box box, std::string_view detail)
{
    const double most = detail == "low" ? 256 : rule.most;
    constexpr double kSide = 32;
    if (squares(box, kSide) > most)
        box = box.times(std::sqrt(most * kSide * kSide / (box.width * box.height)));
    const double patches = std::min<double>(static_cast<double>(squares(box, kSide)), most);
    return static_cast<std::int64_t>(std::ceil(patches * rule.factor));
}

struct TileRule {
    std::string_view prefix;
    int base;
    int tile;
};

/// From the same page: tiles of 512 pixels, of a picture brought to 2,048 pixels a side and then to 768 on the shorter one.
constexpr TileRule kTileRules[] = {
    {"gpt-4o-mini", 2833, 5667}, {"gpt-5", 70, 140}, {"o1", 75, 150}, {"o3", 75, 150},
    {"computer-use", 65, 129},   {"", 85, 170},
};

std::int64_t openAiTokens(std::string_view model, Box box, std::string_view detail)
{
    for (const PatchRule &rule : kPatchRules)
        if (model.starts_with(rule.prefix))
            return patchTokens(rule, box, detail);
    const auto rule =
        std::find_if(std::begin(kTileRules), std::end(kTileRules),
                     [&](const TileRule &row) { return model.starts_with(row.prefix); });
    if (detail == "low")
        return rule->base;
    box = box.within(2048);
    if (box.shorter() > 768)
        box = box.times(768 / box.shorter());
    return rule->base + rule->tile * squares(box, 512);
}

/// The family by which a gateway's name (`anthropic/claude-…`) is counted.
WireForm ruleOf(const ModelProfile &profile, std::string_view model)
{
    if (model.starts_with("claude"))
        return WireForm::Anthropic;
    return model.starts_with("gemini") ? WireForm::Gemini : profile.form;
}

std::uint32_t numberOption(const ContentPart &part, const char *key)
{
    if (!part.options.is_object())
        return 0;
    const auto it = part.options.find(key);
    if (it == part.options.end() || !it->is_number_integer())
        return 0;
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(it->get<std::int64_t>(), 0, 1'000'000));
}

/// Anthropic (…/pdf-support, 2026-11) says 1,500 to 3,000 tokens of text a page and a picture of it; OpenAI puts text and
/// picture into the context too; Gemini (…/document-processing) says 258 a page, from Gemini 3 on 560.
std::int64_t pageTokens(const ModelProfile &profile, std::string_view model)
{
    switch (ruleOf(profile, model)) {
    case WireForm::Gemini: return beginsWithOneOf(model, {"gemini-1", "gemini-2"}) ? 258 : 560;
    case WireForm::Anthropic: return 3000;
    case WireForm::OpenAi:
    case WireForm::Responses: break;
    }
    return 2000;
}

std::string_view bareName(std::string_view model)
{
    return model.substr(model.rfind('/') == model.npos ? 0 : model.rfind('/') + 1);
}

} // namespace

std::int64_t pictureTokens(const ModelProfile &profile, std::uint32_t width, std::uint32_t height,
                           std::string_view detail)
{
    const Box box{static_cast<double>(std::max(width, 1U)),
                  static_cast<double>(std::max(height, 1U))};
    const std::string_view model = bareName(profile.model);
    switch (ruleOf(profile, model)) {
    case WireForm::Anthropic: return anthropicTokens(model, box);
    case WireForm::Gemini: return geminiTokens(model, box);
    case WireForm::OpenAi:
    case WireForm::Responses: break;
    }
    return openAiTokens(model, box, detail);
}

std::int64_t partTokens(const ContentPart &part, const ModelProfile &profile)
{
    if (!isAttachment(part) || whyLeftOut(part, profile))
        return 0;
    if (part.type == "file" || part.type == "file_url") {
        constexpr std::uint32_t kBytesAPage = 50'000;
        std::uint32_t pages = numberOption(part, "pages");
        if (pages == 0)
            pages = static_cast<std::uint32_t>(part.content.size() / 4 * 3 / kBytesAPage) + 1;
        return pages * pageTokens(profile, bareName(profile.model));
    }
    const std::uint32_t width = numberOption(part, "width");
    const std::uint32_t height = numberOption(part, "height");
    const auto detail = part.options.is_object() ? part.options.find("detail") : part.options.end();
    const bool isSaid =
        part.options.is_object() && detail != part.options.end() && detail->is_string();
    constexpr std::uint32_t kUnknownSide = 2048;
    return pictureTokens(profile, width ? width : kUnknownSide, height ? height : kUnknownSide,
                         isSaid ? std::string_view(detail->get_ref<const std::string &>())
                                : std::string_view());
}

std::int64_t attachedTokens(const Message &message, const ModelProfile &profile)
{
    if (!message.contentParts)
        return 0;
    const auto place = message.role == Role::Tool ? PartPlace::ToolResult : PartPlace::UserMessage;
    std::int64_t tokens = 0;
    for (const ContentPart &part : *message.contentParts)
        if (isAttachment(part) && !whyLeftOut(part, profile, place))
            tokens += partTokens(part, profile);
    return tokens;
}

} // namespace orrery::llm
