// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/textedit.h"

#include "core/tools/files/editmismatch.h"
#include "core/tools/files/filekind.h"
#include "core/tools/files/lineends.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace orrery::tools {

namespace {

constexpr std::size_t kMostPlaces = 20;

/// Part of a text whose line ends are all LF.
struct FoundSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Up to `most` places, and of those that overlap only the first unless `overlapping`.
std::vector<FoundSpan> placesOf(std::string_view text, std::string_view part, std::size_t most,
                                bool overlapping)
{
    std::vector<FoundSpan> places;
    for (std::size_t at = findText(text, part);
         at != std::string_view::npos && places.size() < most;
         at = findText(text, part, overlapping ? at + 1 : at + part.size()))
        places.push_back({at, at + part.size()});
    return places;
}

std::string linesOfPlaces(std::string_view text, const std::vector<FoundSpan> &places)
{
    std::string numbers;
    std::size_t line = 1;
    std::size_t counted = 0;
    for (std::size_t i = 0; i < std::min(places.size(), kMostPlaces); ++i) {
        line += static_cast<std::size_t>(
            std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                       text.begin() + static_cast<std::ptrdiff_t>(places[i].begin), '\n'));
        counted = places[i].begin;
        numbers += (i == 0 ? "" : ", ") + std::to_string(line);
    }
    return numbers + (places.size() > kMostPlaces ? " and more" : "");
}

/// One edit of one text, with what is known of both.
class EditedText
{
public:
    EditedText(std::string_view text, const TextEdit &edit)
        : m_text(text), m_ends(lineEndsOf(text)), m_unified(unified(text, m_ends.isCr())),
          m_old(unified(edit.oldText, m_ends.isCr()).text), m_newRaw(edit.newText),
          m_new(unified(edit.newText, m_ends.isCr()).text)
    {}

    std::string_view text() const { return m_unified.text; }
    const std::string &old() const { return m_old; }

    std::vector<FoundSpan> places(bool all) const
    {
        const std::size_t most = all ? std::string_view::npos : kMostPlaces + 1;
        return placesOf(m_unified.text, m_old, most, !all);
    }

    /// True when `old` is found at the end but for the end of its last line; then that of `new` is dropped too.
    bool fitsWithoutLastEnd()
    {
        const std::string_view text = m_unified.text;
        if (m_old.size() < 2 || !m_old.ends_with('\n') || text.ends_with('\n'))
            return false;
        const std::string_view rest = std::string_view(m_old).substr(0, m_old.size() - 1);
        if (!text.ends_with(rest))
            return false;
        m_old.pop_back();
        if (m_new.ends_with('\n')) {
            m_new.pop_back();
            m_newRaw.erase(m_newRaw.size() - (m_newRaw.ends_with("\r\n") ? 2 : 1));
        }
        return true;
    }

    Result<std::string> replaced(const std::vector<FoundSpan> &places, const std::string &name,
                                 std::size_t mostBytes) const
    {
        std::string out;
        std::size_t copied = 0;
        for (const FoundSpan &place : places) {
            const std::size_t begin = m_unified.original(place.begin);
            const std::size_t end = m_unified.original(place.end);
            out += m_text.substr(copied, begin - copied);
            out += newFor(begin, end);
            copied = end;
            if (out.size() > mostBytes)
                break;
        }
        if (out.size() + (m_text.size() - copied) > mostBytes)
            return fail(ErrorCode::InvalidArgument, name + " would become larger than "
                                                        + shownSize(mostBytes)
                                                        + ". Nothing was changed.");
        return out.append(m_text.substr(copied));
    }

private:
    std::string newFor(std::size_t begin, std::size_t end) const
    {
        return m_ends.isNone() ? m_newRaw : withLineEnds(m_new, lineEndFor(begin, end));
    }

    /// That of the region which is replaced, or else of the lines around it.
    std::string_view lineEndFor(std::size_t begin, std::size_t end) const
    {
        if (m_ends.isCr())
            return "\r";
        const LineEnds ends = lineEndsOf(m_text.substr(begin, end - begin));
        if ((ends.lf > 0) != (ends.crlf > 0))
            return ends.mostUsed();
        std::size_t at = m_text.find('\n', end);
        if (at == std::string_view::npos && begin > 0)
            at = m_text.rfind('\n', begin - 1);
        if (at == std::string_view::npos)
            return m_ends.mostUsed();
        return at > 0 && m_text[at - 1] == '\r' ? "\r\n" : "\n";
    }

    std::string_view m_text;
    LineEnds m_ends;
    UnifiedText m_unified;
    std::string m_old;
    std::string m_newRaw; ///< as it was given
    std::string m_new;
};

} // namespace

std::size_t findText(std::string_view text, std::string_view part, std::size_t from)
{
    if (from > text.size())
        return std::string_view::npos;
    const void *found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
    return found ? static_cast<std::size_t>(static_cast<const char *>(found) - text.data())
                 : std::string_view::npos;
}

Result<std::string> applyEdit(std::string_view text, const TextEdit &edit, const std::string &name,
                              std::size_t mostBytes)
{
    const auto refused = [](const std::string &why) {
        return fail(ErrorCode::InvalidArgument, why + " Nothing was changed.");
    };
    if (edit.oldText.empty())
        return refused("old_text is empty. Give the text to replace, or use write_file.");
    if (edit.oldText == edit.newText)
        return refused("old_text and new_text are the same, so there is nothing to do.");
    EditedText one(text, edit);
    std::vector<FoundSpan> places = one.places(edit.all);
    if (places.empty() && one.fitsWithoutLastEnd())
        places = {{one.text().size() - one.old().size(), one.text().size()}};
    if (places.empty())
        return refused("old_text does not occur in " + name + ". "
                       + describeMismatch(one.text(), one.old()));
    if (!edit.all && places.size() > 1)
        return refused("old_text occurs at lines " + linesOfPlaces(one.text(), places) + " of "
                       + name + ". Give more of its surroundings, or set replace_all.");
    auto after = one.replaced(places, name, mostBytes);
    if (after && *after == text)
        return refused("old_text and new_text differ in their line ends alone, and those stay as "
                       + name + " has them. write_file can change them.");
    return after;
}

} // namespace orrery::tools
