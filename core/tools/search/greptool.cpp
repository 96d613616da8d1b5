// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/filetarget.h"
#include "core/tools/shownpath.h"
#include "core/tools/search/fileselection.h"
#include "core/tools/search/grepquestion.h"
#include "core/tools/search/grepreport.h"
#include "core/tools/search/linereader.h"
#include "core/tools/search/search.h"
#include "core/tools/search/searchtext.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

using GrepClock = std::chrono::steady_clock;

constexpr std::size_t kLinesPerLook = 16;

/// A symlink is left out where the file that it leads to is searched anyway.
void dropSecondNames(std::vector<WalkedFile> &files)
{
    std::set<std::pair<dev_t, ino_t>> seen;
    for (const WalkedFile &file : files)
        if (file.target.empty())
            seen.emplace(file.device, file.inode);
    std::erase_if(files, [&seen](const WalkedFile &file) {
        return !file.target.empty() && !seen.emplace(file.device, file.inode).second;
    });
}

/// One search, on one thread.
class GrepRun
{
public:
    GrepRun(GrepQuestion question, const ToolContext &context, const GrepLimits &limits)
        : m_question(std::move(question)), m_context(context), m_limits(limits),
          m_lines(m_question.context), m_deadline(GrepClock::now() + limits.time)
    {}

    ToolResult run()
    {
        auto pattern = LinePattern::compile(m_question.pattern, m_question.ignoreCase,
                                            m_limits.line, [this] { return isOver(); });
        if (!pattern)
            return ToolResult::error(pattern.error().message);
        m_pattern = &*pattern;
        m_question.path = meantPath(m_context.workspace, m_question.path);
        const auto path = guardPath(m_context.workspace, m_question.path);
        if (!path)
            return ToolResult::error(path.error().message);
        std::error_code error;
        const fs::path root = fs::canonical(m_context.workspace, error);
        m_root = Descriptor(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        const fs::file_status status = fs::status(*path, error);
        if (fs::is_regular_file(status))
            return searchOne(path->lexically_relative(root).generic_string());
        if (fs::exists(status) && !fs::is_directory(status))
            return ToolResult::error(shownPath(m_question.path) + " is no file and no folder.");
        if (status.type() == fs::file_type::not_found)
            return ToolResult::error("There is no file or folder " + shownPath(m_question.path)
                                     + ".");
        return searchFolder();
    }

private:
    bool stopped() const { return m_context.stop.stop_requested(); }
    bool isOver() const { return stopped() || GrepClock::now() >= m_deadline; }
    bool isFull() const { return m_isFull || m_isCut; }

    ToolResult searchOne(const std::string &path)
    {
        WalkedFile file;
        file.path = path;
        search(file);
        if (m_skips.unreadable.count > 0)
            return ToolResult::error(shownPath(path) + " cannot be read: " + m_reason + ".");
        if (m_skips.binary > 0)
            return ToolResult::error(shownPath(path) + " is a binary file.");
        return answer("");
    }
    ToolResult searchFolder()
    {
        const std::string &glob = m_question.glob;
        // A name is looked for at any depth.
        const std::string filter = glob.empty()                          ? "**"
                                   : glob.find('/') == std::string::npos ? "**/" + glob
                                                                         : glob;
        const auto selection =
            FileSelection::make(m_context, m_question.path, filter, m_question.includeIgnored);
        if (!selection)
            return ToolResult::error(selection.error().message);
        auto found = selection->files(m_context.stop);
        if (!found)
            return ToolResult::error(found.error().message);
        m_skips.folders = {found->unreadableFolders, found->unreadable};
        const std::size_t count = found->files.size();
        dropSecondNames(found->files);
        for (const WalkedFile &file : found->files) {
            if (isOver() || isFull())
                break;
            search(file);
            ++m_done;
        }
        if (!isFull() && !stopped())
            m_skips.notReached += found->files.size() - m_done;
        return answer(m_hits > 0 || isOver() ? "" : leftOut(*selection, count));
    }
    std::string leftOut(const FileSelection &selection, std::size_t count) const
    {
        const std::size_t all = selection.countWithLeftOut(m_context.stop);
        if (all <= count)
            return {};
        return "[" + counted(all - count, "file")
               + " not searched: ignored or hidden. include_ignored searches them too.]\n";
    }

    void search(const WalkedFile &file)
    {
        const Descriptor opened = openBelow(
            m_root.get(), file.target.empty() ? file.path : file.target, O_RDONLY | O_NONBLOCK);
        struct stat status;
        if (!opened || ::fstat(opened.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
            couldNotRead(file.path, opened ? EINVAL : errno);
            return;
        }
        LineReader reader(opened.get());
        const std::size_t hits = searchLines(reader, shownPath(file.path));
        m_skips.longLines += reader.skippedLines();
        if (reader.error() != 0) {
            couldNotRead(file.path, reader.error());
        } else if (reader.isBinary() && reader.number() == 0) {
            ++m_skips.binary;
            return;
        } else if (!m_wasInterrupted) {
            ++m_searched;
        }
        if (reader.isBinary())
            m_skips.partlyBinary.add(file.path);
        if (hits > 0)
            tellFile(shownPath(file.path), hits);
    }
    /// How many lines match.
    std::size_t searchLines(LineReader &reader, const std::string &shown)
    {
        m_lines.beginFile(shown);
        std::size_t hits = 0;
        std::string_view line;
        while (!isFull() && reader.next(line)) {
            std::size_t at = 0;
            // The clock is not looked at for each line: many take less time than that.
            const bool looks = reader.number() % kLinesPerLook == 1;
            const auto found = stopped() || (looks && isOver()) ? LinePattern::Found::Interrupted
                                                                : m_pattern->find(line, at);
            if (found == LinePattern::Found::Interrupted) {
                ++m_skips.notReached;
                m_wasInterrupted = true;
                return hits;
            }
            m_skips.overLimit += found == LinePattern::Found::OverLimit ? 1 : 0;
            if (found == LinePattern::Found::Yes) {
                ++hits;
                if (m_question.mode == GrepMode::Files)
                    return hits;
            }
            if (m_question.mode == GrepMode::Lines)
                tellLine(reader.number(), line, found == LinePattern::Found::Yes, at);
        }
        return hits;
    }
    void tellLine(std::size_t number, std::string_view line, bool matches, std::size_t at)
    {
        if (!matches) {
            m_lines.other(number, line);
        } else if (m_hits == m_question.limit) {
            m_isFull = true;
            return;
        } else {
            m_lines.matching(number, line, at);
            ++m_hits;
        }
        m_isCut = m_lines.text().size() > m_limits.outputBytes;
    }
    void tellFile(const std::string &shown, std::size_t hits)
    {
        if (m_question.mode == GrepMode::Lines)
            return;
        if (m_hits == m_question.limit) {
            m_isFull = true;
            return;
        }
        ++m_hits;
        m_files += shown;
        if (m_question.mode == GrepMode::Count)
            m_files += ": " + std::to_string(hits);
        m_files += "\n";
    }
    void couldNotRead(const std::string &path, int code)
    {
        m_skips.unreadable.add(path);
        m_reason = std::generic_category().message(code);
    }

    ToolResult answer(const std::string &leftOut) const
    {
        if (stopped())
            return ToolResult::error("The search was stopped.");
        std::string text = m_lines.text() + m_files;
        const char *what = m_question.mode == GrepMode::Lines ? "line" : "file";
        if (m_isFull)
            text += "[Only the first " + counted(m_hits, what)
                    + "; there are more. Narrow the search, or raise limit.]\n";
        if (m_isCut)
            text += "[Cut here, after " + counted(m_hits, what)
                    + ": the answer is too long. Narrow the search.]\n";
        if (text.empty())
            text = nothing();
        return ToolResult::success(text + leftOut + m_skips.text());
    }
    std::string nothing() const
    {
        if (m_searched > 0)
            return "No line matches. " + counted(m_searched, "file") + " searched.\n"
                   + spansLines();
        if (m_skips.binary + m_skips.unreadable.count + m_skips.notReached > 0)
            return "Nothing could be searched.\n";
        return "Nothing was searched: there is no file"
               + (m_question.glob.empty() ? "" : " that matches " + shownPath(m_question.glob))
               + " in " + (m_question.path == "." ? "the workspace" : shownPath(m_question.path))
               + ".\n";
    }

    std::string spansLines() const
    {
        const std::string &pattern = m_question.pattern;
        static constexpr std::array<const char *, 7> spanning = {"\\n", "\n",       "\\R", "\\r",
                                                                 "(?s", "[\\s\\S]", "[^]"};
        const bool has = std::any_of(spanning.begin(), spanning.end(), [&](const char *part) {
            return pattern.find(part) != std::string::npos;
        });
        return has ? "[The search goes line by line: a line break in the pattern matches "
                     "nothing.]\n"
                   : "";
    }

    GrepQuestion m_question;
    const ToolContext &m_context;
    const GrepLimits &m_limits;
    LinePattern *m_pattern = nullptr;
    Descriptor m_root;
    GrepLines m_lines;
    std::string m_files; ///< what is told of files, in the other modes
    GrepSkips m_skips;
    std::string m_reason;       ///< why the last of the unreadable files is
    std::size_t m_hits = 0;     ///< lines or files that are told
    std::size_t m_searched = 0; ///< files
    std::size_t m_done = 0;     ///< files that were tried
    bool m_isFull = false;      ///< there is more than the limit
    bool m_isCut = false;
    bool m_wasInterrupted = false; ///< in the midst of a file
    GrepClock::time_point m_deadline;
};

} // namespace

ToolResult grepFiles(const Json &arguments, const ToolContext &context, const GrepLimits &limits)
{
    const auto question = grepQuestion(arguments);
    if (!question)
        return ToolResult::error(question.error().message);
    return GrepRun(*question, context, limits).run();
}

} // namespace orrery::tools
