// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/readledger.h"

#include "core/tools/shownpath.h"
#include "core/tools/files/textencoding.h"
#include "core/tools/files/unifieddiff.h"

#include <QCryptographicHash>

#include <algorithm>
#include <vector>

namespace orrery::tools {

ReadLedger::Hash ReadLedger::hashOf(std::string_view text)
{
    QCryptographicHash sha(QCryptographicHash::Sha256);
    sha.addData(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
    const QByteArray bytes = sha.result();
    Hash hash;
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
}

void ReadLedger::note(File &file, const std::string &agent, std::string_view text, const Hash &hash)
{
    Seen seen{hash, nullptr, ++m_when};
    for (const auto &[other, theirs] : file.seenBy)
        if (theirs.hash == seen.hash && theirs.text)
            seen.text = theirs.text;
    if (!seen.text && text.size() <= kMostOfOne)
        seen.text = std::make_shared<const std::string>(text);
    Seen &own = file.seenBy[agent];
    m_bytes -= own.text ? own.text->size() : 0;
    m_bytes += seen.text ? seen.text->size() : 0;
    own = std::move(seen);
    if (m_bytes > kMostOfAll)
        letGo();
}

/// Half of the texts, the older ones, so that it is seldom done.
void ReadLedger::letGo()
{
    std::vector<Seen *> withText;
    for (auto &[name, file] : m_files)
        for (auto &[agent, seen] : file.seenBy)
            if (seen.text)
                withText.push_back(&seen);
    std::sort(withText.begin(), withText.end(),
              [](const Seen *a, const Seen *b) { return a->when < b->when; });
    for (Seen *seen : withText) {
        if (m_bytes <= kMostOfAll / 2)
            return;
        m_bytes -= seen->text->size();
        seen->text.reset();
    }
}

void ReadLedger::saw(const std::string &agent, const std::string &file, std::string_view text)
{
    const Hash hash = hashOf(text);
    std::lock_guard lock(m_mutex);
    note(m_files[file], agent, text, hash);
}

void ReadLedger::sawPart(const std::string &agent, const std::string &file)
{
    std::lock_guard lock(m_mutex);
    const auto entry = m_files.find(file);
    if (entry == m_files.end())
        return;
    const auto seen = entry->second.seenBy.find(agent);
    if (seen == entry->second.seenBy.end())
        return;
    m_bytes -= seen->second.text ? seen->second.text->size() : 0;
    entry->second.seenBy.erase(seen);
}

void ReadLedger::wrote(const std::string &agent, const std::string &file, std::string_view text)
{
    const Hash hash = hashOf(text);
    std::lock_guard lock(m_mutex);
    File &entry = m_files[file];
    entry.writer = agent;
    note(entry, agent, text, hash);
}

Result<void> ReadLedger::checkFresh(const std::string &agent, const std::string &file,
                                    std::string_view now) const
{
    Seen seen;
    {
        std::lock_guard lock(m_mutex);
        const auto entry = m_files.find(file);
        if (entry == m_files.end() || !entry->second.seenBy.contains(agent))
            return {};
        seen = entry->second.seenBy.at(agent);
    }
    if (seen.text ? *seen.text == now : seen.hash == hashOf(now))
        return {};
    return fail(
        ErrorCode::Conflict,
        shownPath(file)
            + " has changed since you read it. Nothing was changed. "
              "Read it again, then decide.\n"
            + (seen.text ? "What has changed:\n" + unifiedDiff(readable(*seen.text), readable(now))
                         : std::string()));
}

Result<void> ReadLedger::checkReplace(const std::string &agent, const std::string &file,
                                      std::string_view now) const
{
    {
        std::lock_guard lock(m_mutex);
        const auto entry = m_files.find(file);
        const bool isKnown = entry != m_files.end() && entry->second.seenBy.contains(agent);
        const std::string writer = entry == m_files.end() ? "" : entry->second.writer;
        if (!isKnown && !writer.empty())
            return fail(ErrorCode::Conflict,
                        writer + " has written " + shownPath(file)
                            + ", and you have not read it. Nothing was changed. Read it first, "
                              "so that you do not undo work of others.");
        if (!isKnown && !now.empty())
            return fail(ErrorCode::Conflict,
                        shownPath(file)
                            + " is there already, and you have not read it. Nothing was changed. "
                              "Read it first with read_file; then replace it, or change a part of "
                              "it with edit_file.");
    }
    return checkFresh(agent, file, now);
}

std::shared_ptr<std::mutex> ReadLedger::fileLock(const std::string &file)
{
    std::lock_guard lock(m_mutex);
    return m_files[file].lock;
}

} // namespace orrery::tools
