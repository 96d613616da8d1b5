// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/linepattern.h"

#include <algorithm>
#include <array>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace orrery::tools {

namespace {

constexpr std::size_t kFirstJitStack = 32 * 1024;
constexpr std::size_t kMostJitStack = 1024 * 1024;
constexpr unsigned kCalloutsPerLook = 256;

} // namespace

struct LinePattern::Private {
    /// Turns one of the library's functions that free something into a deleter.
    template <auto Free>
    struct FreedBy {
        template <typename T>
        void operator()(T *object) const
        {
            Free(object);
        }
    };
    using Code = std::unique_ptr<pcre2_code, FreedBy<pcre2_code_free>>;
    using MatchData = std::unique_ptr<pcre2_match_data, FreedBy<pcre2_match_data_free>>;
    using MatchContext = std::unique_ptr<pcre2_match_context, FreedBy<pcre2_match_context_free>>;
    using CompileContext =
        std::unique_ptr<pcre2_compile_context, FreedBy<pcre2_compile_context_free>>;
    using JitStack = std::unique_ptr<pcre2_jit_stack, FreedBy<pcre2_jit_stack_free>>;

    std::string expression;
    std::uint32_t options = 0;
    Limits limits;
    std::function<bool()> isOver;
    Code plain;
    Code watched; ///< made when the first long line comes; it calls out between its steps
    MatchData match;
    JitStack jitStack;
    MatchContext context;
    unsigned callouts = 0;
    bool wasInterrupted = false;
    std::chrono::steady_clock::time_point lineEnd;

    static Code compiled(const std::string &expression, std::uint32_t options, int &error,
                         std::size_t &offset)
    {
        const CompileContext context(pcre2_compile_context_create(nullptr));
        pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF); // a CR within a line is a character
        Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(),
                                options | PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF
                                    | PCRE2_NEVER_BACKSLASH_C,
                                &error, &offset, context.get()));
        if (code)
            pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE); // slower without, but the same
        return code;
    }
    static int callOut(pcre2_callout_block *, void *self)
    {
        return static_cast<Private *>(self)->mayGoOn() ? 0 : PCRE2_ERROR_CALLOUT;
    }
    bool mayGoOn()
    {
        if (++callouts % kCalloutsPerLook != 0)
            return true;
        wasInterrupted = isOver && isOver();
        return !wasInterrupted && std::chrono::steady_clock::now() < lineEnd;
    }
    /// The code for a line of this length.
    const pcre2_code *codeFor(std::size_t length)
    {
        if (length <= kWatchedBytes)
            return plain.get();
        if (!watched) {
            int error = 0;
            std::size_t offset = 0;
            watched = compiled(expression, options | PCRE2_AUTO_CALLOUT, error, offset);
        }
        return watched.get();
    }
    int run(std::string_view line, std::uint32_t how)
    {
        const pcre2_code *code = codeFor(line.size());
        if (!code) // too large with its callouts
            return PCRE2_ERROR_MATCHLIMIT;
        return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(line.data()), line.size(), 0, how,
                           match.get(), context.get());
    }
};

LinePattern::LinePattern(std::unique_ptr<Private> given) : d(std::move(given)) {}
LinePattern::LinePattern(LinePattern &&other) noexcept = default;
LinePattern &LinePattern::operator=(LinePattern &&other) noexcept = default;
LinePattern::~LinePattern() = default;

Result<LinePattern> LinePattern::compile(const std::string &expression, bool ignoreCase,
                                         const Limits &limits, std::function<bool()> isOver)
{
    auto d = std::make_unique<Private>();
    d->expression = expression;
    d->options = ignoreCase ? PCRE2_CASELESS : 0;
    d->limits = limits;
    d->isOver = std::move(isOver);
    int error = 0;
    std::size_t offset = 0;
    d->plain = Private::compiled(expression, d->options, error, offset);
    if (!d->plain) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(error, text.data(), text.size());
        return fail(ErrorCode::InvalidArgument,
                    "\"" + expression + "\" is not a regular expression: "
                        + reinterpret_cast<const char *>(text.data()) + " (at byte "
                        + std::to_string(offset) + " of it).");
    }
    d->match.reset(pcre2_match_data_create(1, nullptr));
    d->jitStack.reset(pcre2_jit_stack_create(kFirstJitStack, kMostJitStack, nullptr));
    d->context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(d->context.get(), limits.steps);
    pcre2_set_depth_limit(d->context.get(), limits.steps);
    pcre2_set_heap_limit(d->context.get(), limits.heapKiB);
    pcre2_set_callout(d->context.get(), &Private::callOut, d.get());
    pcre2_jit_stack_assign(d->context.get(), nullptr, d->jitStack.get());
    return LinePattern(std::move(d));
}

LinePattern::Found LinePattern::find(std::string_view line, std::size_t &start)
{
    d->wasInterrupted = false;
    d->lineEnd = line.size() > kWatchedBytes ? std::chrono::steady_clock::now() + d->limits.lineTime
                                             : std::chrono::steady_clock::time_point::max();
    int result = d->run(line, 0);
    if (result
        == PCRE2_ERROR_JIT_STACKLIMIT) // the interpreter keeps on the heap what it has to remember
        result = d->run(line, PCRE2_NO_JIT);
    if (d->wasInterrupted)
        return Found::Interrupted;
    if (result == PCRE2_ERROR_NOMATCH)
        return Found::No;
    if (result < 0)
        return Found::OverLimit;
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(d->match.get());
    start = std::min<std::size_t>(offsets[0], line.size());
    return Found::Yes;
}

} // namespace orrery::tools
