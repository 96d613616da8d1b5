// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/fileread.h"

#include "core/media/attachment.h"
#include "core/tools/files/filekind.h"
#include "core/tools/files/fileedits.h"
#include "core/tools/files/filetarget.h"
#include "core/tools/files/lineends.h"
#include "core/tools/files/lineprinter.h"
#include "core/tools/files/openfile.h"

#include <cerrno>
#include <limits>
#include <optional>

namespace orrery::tools {

namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

/// Lines from 1, ends included.
struct WantedLines {
    std::uint64_t first = 1;
    std::uint64_t last = kNoEnd;
};

/// An argument that counts from 1. Nothing when it is not given.
Result<std::optional<std::uint64_t>> countingArgument(const Json &args, const char *name)
{
    const auto it = args.find(name);
    if (it == args.end() || it->is_null())
        return std::nullopt;
    if (it->is_number_unsigned() && it->get<std::uint64_t>() > 0)
        return it->get<std::uint64_t>();
    if (it->is_number_integer() && it->get<std::int64_t>() > 0)
        return static_cast<std::uint64_t>(it->get<std::int64_t>());
    return fail(ErrorCode::InvalidArgument,
                std::string(name) + " must be a whole number from 1 on, not " + it->dump() + ".");
}

/// Of two ways to say the same, the one that is used.
Result<std::optional<std::uint64_t>> eitherOf(const Json &args, const char *name, const char *other)
{
    const auto value = countingArgument(args, name);
    const auto otherValue = countingArgument(args, other);
    if (!value || !otherValue)
        return fail(!value ? value.error() : otherValue.error());
    if (*value && *otherValue && **value != **otherValue)
        return fail(ErrorCode::InvalidArgument, std::string(name) + " and " + other
                                                    + " contradict each other. Give one of them.");
    return *value ? *value : *otherValue;
}

Result<WantedLines> wantedLines(const Json &args)
{
    const auto first = eitherOf(args, "offset", "start_line");
    const auto limit = countingArgument(args, "limit");
    const auto last = countingArgument(args, "end_line");
    for (const auto *each : {&first, &limit, &last})
        if (!*each)
            return fail(each->error());
    WantedLines wanted{first->value_or(1), last->value_or(kNoEnd)};
    if (*last && wanted.last < wanted.first)
        return fail(ErrorCode::InvalidArgument, "end_line " + std::to_string(wanted.last)
                                                    + " is before the first line, "
                                                    + std::to_string(wanted.first) + ".");
    if (!*limit)
        return wanted;
    const std::uint64_t end = **limit > kNoEnd - wanted.first ? kNoEnd : wanted.first + **limit - 1;
    if (*last && wanted.last != end)
        return fail(ErrorCode::InvalidArgument,
                    "limit and end_line contradict each other. Give one of them.");
    return WantedLines{wanted.first, end};
}

/// A file that is read piece by piece. The first piece is at hand once it is open.
class PiecewiseFile
{
public:
    explicit PiecewiseFile(OpenFile opened, std::size_t firstPiece)
        : m_opened(std::move(opened)), m_isRead(fill(firstPiece))
    {}
    std::uint64_t size() const { return static_cast<std::uint64_t>(m_opened.status.st_size); }
    const std::string &piece() const { return m_piece; }
    bool next() { return m_isRead = fill(kPiece); }
    bool isRead() const { return m_isRead; } ///< false on an error: errno
    bool isAtEnd() const { return m_isAtEnd; }

private:
    bool fill(std::size_t most)
    {
        m_piece.resize(most);
        std::size_t filled = 0;
        while (filled < most) {
            const ssize_t size = ::read(m_opened.file, m_piece.data() + filled, most - filled);
            if (size < 0 && errno != EINTR)
                return false;
            if (size == 0) {
                m_isAtEnd = true;
                break;
            }
            filled += size < 0 ? 0 : static_cast<std::size_t>(size);
        }
        m_piece.resize(filled);
        return true;
    }

    OpenFile m_opened;
    std::string m_piece;
    bool m_isAtEnd = false;
    bool m_isRead;
};

std::string binaryMessage(const FileTarget &target, const std::string &kind, std::uint64_t size)
{
    return target.shown + " is " + (kind == "a binary file" ? kind : "a binary file: " + kind)
           + ", " + shownSize(size) + ".";
}

/// Whether the agent's models can be shown what is in the file.
bool isShown(std::string_view bytes, const AttachmentLimits &limits)
{
    const std::string_view type = media::attachableType(bytes);
    return type.starts_with("image/") ? limits.pictures : !type.empty() && limits.documents;
}

ToolResult showFile(const FileTarget &target, const std::string &kind, const std::string &bytes,
                    const AttachmentLimits &limits)
{
    auto attachment = media::attachmentOf(target.shown, bytes);
    if (!attachment)
        return ToolResult::error(attachment.error().message);
    if (auto fits = media::fitTo(*attachment, limits); !fits)
        return ToolResult::error(binaryMessage(target, kind, bytes.size())
                                 + " It is not shown: " + fits.error().message);
    std::string text = target.shown + " is " + kind + ", " + shownSize(bytes.size()) + ".";
    if (attachment->bytes.size() != bytes.size())
        text += " It is shown smaller, with " + std::to_string(attachment->size.width) + " × "
                + std::to_string(attachment->size.height) + " pixels.";
    ToolResult result = ToolResult::success(std::move(text));
    result.parts.push_back(media::partOf(*attachment));
    return result;
}

std::string readNotes(const LinePrinter &lines, const WantedLines &wanted, const FileTarget &target,
                      const LineEnds &ends, TextForm form)
{
    std::string out;
    if (lines.hasMore())
        out = "[Cut here. Read on with offset " + std::to_string(lines.next()) + ".]\n";
    else if (lines.lines() == 0)
        out = "[" + target.shown + " is empty.]\n";
    else if (lines.output().empty())
        out = "[" + target.shown + " has " + std::to_string(lines.lines())
              + (lines.lines() == 1 ? " line" : " lines") + "; line " + std::to_string(wanted.first)
              + " is past the end.]\n";
    if (const std::string name = ends.name(); !name.empty())
        out += "[Line ends: " + name + ".]\n";
    if (lines.hasBroken() && form.encoding == Encoding::Utf8)
        form.encoding = Encoding::BrokenUtf8;
    if (const std::string name = form.name(); !name.empty())
        out += "[Encoding: " + name + ".]\n";
    if (!out.empty())
        out.pop_back();
    return out;
}

ToolResult readLines(PiecewiseFile &file, const WantedLines &wanted, const FileTarget &target,
                     const std::stop_token &stop)
{
    const TextForm form = formOf(file.piece(), file.isAtEnd());
    PiecewiseDecoder decoder(form);
    std::string text = decoder.next(file.piece(), file.isAtEnd());
    LineEnds ends = lineEndsOf(text);
    // A CR at the very end of the piece may be the half of a pair.
    const bool mayBeHalf = !file.isAtEnd() && text.ends_with('\r');
    const std::string_view whole(text.data(), text.size() - (mayBeHalf ? 1 : 0));
    LinePrinter lines(wanted.first, wanted.last, lineEndsOf(whole).isCr());
    bool endsInCr = false; // a pair of CR and LF may be in two pieces
    for (lines.add(text); !lines.isDone() && !file.isAtEnd(); lines.add(text)) {
        if (stop.stop_requested())
            return ToolResult::error("The reading of " + target.shown + " was stopped.");
        endsInCr = text.empty() ? endsInCr : text.back() == '\r';
        if (!file.next())
            return ToolResult::error(target.shown + " cannot be read: " + reason(errno));
        if (!form.isUtf16() && file.piece().find('\0') != std::string::npos)
            return ToolResult::error(binaryMessage(target, "a binary file", file.size()));
        text = decoder.next(file.piece(), file.isAtEnd());
        const LineEnds more = lineEndsOf(text);
        const bool isPair = endsInCr && text.starts_with('\n');
        ends.lf += more.lf - (isPair ? 1 : 0);
        ends.crlf += more.crlf + (isPair ? 1 : 0);
        ends.cr += more.cr - (isPair ? 1 : 0);
    }
    if (!lines.isDone())
        lines.end();
    std::string out = lines.output();
    const std::string after = readNotes(lines, wanted, target, ends, form);
    if (!after.empty() && !out.empty() && !out.ends_with('\n'))
        out += '\n';
    return ToolResult::success(out + after);
}

} // namespace

ToolResult readFileTool(ReadLedger &ledger, const Json &args, const ToolContext &context)
{
    const auto target = readTarget(args, context);
    if (!target)
        return ToolResult::error(target.error().message);
    const auto wanted = wantedLines(args);
    if (!wanted)
        return ToolResult::error(wanted.error().message);
    auto opened = openToRead(target->path);
    if (!opened)
        return ToolResult::error(opened.error().message);
    const auto size = static_cast<std::uint64_t>(opened->status.st_size);
    // One byte more, to see the end. What is small is taken as a whole: then all is known of it.
    PiecewiseFile file(std::move(*opened), size <= kMostEdited ? size + 1 : kPiece);
    if (!file.isRead())
        return ToolResult::error(target->shown + " cannot be read: " + reason(errno));
    if (const auto kind = binaryKind(file.piece())) {
        if (file.isAtEnd() && isShown(file.piece(), context.attachments))
            return showFile(*target, *kind, file.piece(), context.attachments);
        return ToolResult::error(binaryMessage(*target, *kind, file.size()));
    }
    if (file.isAtEnd())
        ledger.saw(context.agent, target->relative, file.piece());
    else
        ledger.sawPart(context.agent, target->relative);
    return readLines(file, *wanted, *target, context.stop);
}

} // namespace orrery::tools
