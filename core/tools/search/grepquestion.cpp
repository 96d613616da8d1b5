// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/grepquestion.h"

#include <cstdint>

namespace orrery::tools {

namespace {

constexpr std::int64_t kMostContext = 20;
constexpr std::int64_t kMostLimit = 2000;
constexpr std::int64_t kUsualLimit = 200;

Result<std::size_t> numberFrom(const Json &arguments, const char *name, std::int64_t usual,
                               std::int64_t least, std::int64_t most)
{
    if (!arguments.contains(name))
        return static_cast<std::size_t>(usual);
    const Json &value = arguments.at(name);
    if (!value.is_number_integer() || value < least || value > most)
        return fail(ErrorCode::InvalidArgument, std::string(name) + " must be a whole number from "
                                                    + std::to_string(least) + " to "
                                                    + std::to_string(most) + ".");
    return value.get<std::size_t>();
}

Result<GrepMode> modeFrom(const std::string &name)
{
    if (name == "lines")
        return GrepMode::Lines;
    if (name == "files")
        return GrepMode::Files;
    if (name == "count")
        return GrepMode::Count;
    return fail(ErrorCode::InvalidArgument, "mode must be lines, files or count.");
}

} // namespace

Result<GrepQuestion> grepQuestion(const Json &arguments)
{
    GrepQuestion question;
    question.pattern = arguments.at("pattern").get<std::string>();
    question.path = arguments.value("path", ".");
    question.glob = arguments.value("glob", "");
    question.ignoreCase = arguments.value("ignore_case", false);
    question.includeIgnored = arguments.value("include_ignored", false);
    const auto mode = modeFrom(arguments.value("mode", "lines"));
    const auto context = numberFrom(arguments, "context", 0, 0, kMostContext);
    const auto limit = numberFrom(arguments, "limit", kUsualLimit, 1, kMostLimit);
    if (!mode)
        return fail(mode.error());
    if (!context)
        return fail(context.error());
    if (!limit)
        return fail(limit.error());
    question.mode = *mode;
    question.context = *context;
    question.limit = *limit;
    return question;
}

} // namespace orrery::tools
