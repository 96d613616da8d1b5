// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/safereader.h"

#include "ui/widgets/plaintip.h"

#include <QHelpEvent>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextCursor>
#include <QUrl>

namespace orrery::ui {
namespace {

constexpr qsizetype most = 200000; ///< characters; laying out more holds up the window

QString escaped(const QString &words)
{
    QString text;
    for (const QChar c : words) {
        if (QStringLiteral("\\`*_{}[]()#+!<>|~").contains(c))
            text += QLatin1Char('\\');
        text += c;
    }
    return text;
}

} // namespace

QString withNamesAsLinks(const QString &markdown)
{
    // Code spans and fences are taken along as they are; a name is what stands between double brackets.
    static const QRegularExpression piece(
        QStringLiteral(
            R"((^ {0,3}```.*?(?:^ {0,3}```|\z)|`[^`\n]*`)|\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\])"),
        QRegularExpression::MultilineOption | QRegularExpression::DotMatchesEverythingOption);
    QString text;
    qsizetype at = 0;
    for (auto it = piece.globalMatch(markdown); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        text += markdown.mid(at, match.capturedStart() - at);
        at = match.capturedEnd();
        if (match.capturedLength(1) > 0) {
            text += match.captured(1);
            continue;
        }
        const QString name = match.captured(2).trimmed();
        const QString words = match.captured(3).isEmpty() ? name : match.captured(3);
        text += QStringLiteral("[%1](entry:%2)")
                    .arg(escaped(words), QString::fromLatin1(QUrl::toPercentEncoding(name)));
    }
    return text + markdown.mid(at);
}

SafeReader::SafeReader(QWidget *parent) : QTextBrowser(parent)
{
    setOpenLinks(false);
    setOpenExternalLinks(false);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) {
        if (url.scheme() == QLatin1String("entry"))
            emit nameFollowed(url.path(QUrl::FullyDecoded));
        else
            emit addressClicked(url.toString());
    });
}

void SafeReader::showMarkdown(const QString &text)
{
    QString shown = text.left(most);
    if (text.size() > most)
        shown += tr("\n\n… (%1 more characters)").arg(text.size() - most);
    document()->setMarkdown(withNamesAsLinks(shown),
                            QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub)
                                | QTextDocument::MarkdownNoHTML);
    moveCursor(QTextCursor::Start);
}

// A link may have a title, which becomes a tooltip. Which of the two gets the event is the base class's affair.
bool SafeReader::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QTextBrowser::event(event);
    const QPoint at = static_cast<QHelpEvent *>(event)->globalPos();
    showTip(at, cursorForPosition(viewport()->mapFromGlobal(at)).charFormat().toolTip(), this);
    return true;
}

bool SafeReader::viewportEvent(QEvent *event)
{
    return event->type() == QEvent::ToolTip ? SafeReader::event(event)
                                            : QTextBrowser::viewportEvent(event);
}

/// Whatever a text names, it is not fetched. Empty bytes, since for want of an answer the document would read local files
/// itself.
QVariant SafeReader::loadResource(int, const QUrl &) { return QByteArray(); }

void SafeReader::doSetSource(const QUrl &, QTextDocument::ResourceType) {}

} // namespace orrery::ui
