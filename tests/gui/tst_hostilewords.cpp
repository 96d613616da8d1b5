// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever models, tools and files are called or say: all of the window shows it as it is written.
#include "core/store/journal.h"
#include "tests/gui/scripts.h"
#include "tests/gui/windowprobe.h"
#include "tests/support/testregistry.h"
#include "tests/viewmodels/story.h"
#include "ui/format/foreign.h"
#include "ui/shell/keyspage.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/question.h"
#include "ui/widgets/safereader.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QDockWidget>
#include <QHelpEvent>
#include <QLabel>
#include <QMenu>
#include <QTabBar>
#include <QTextDocument>
#include <QToolTip>

using namespace orrery;
using namespace orrery::testing;
using namespace orrery::ui;

namespace {

const QString hostile = QStringLiteral("<b>x</b><img src='file:///etc/passwd'> &File \u202e");

/// A run in which everything has that name.
Story hostileStory()
{
    Story story;
    const std::string words = hostile.toStdString();
    const std::string agent = "&File " + words;
    story.add(EventKind::RunStarted, "",
              {{"team", words},
               {"task", words},
               {"workspace", "/" + words},
               {"sandbox", words},
               {"agents", {{{"name", agent}, {"role", words}, {"model", words}}}},
               {"limits", {{"rpm", 60}, {"tpm", 1000}}}});
    story.state(agent, "thinking", words);
    story.message(agent, {{"role", "assistant"}, {"content", words}});
    story.add(EventKind::ToolStarted, agent,
              {{"call", "c1"}, {"tool", words}, {"args", {{"path", words}}}});
    story.add(EventKind::ToolFinished, agent,
              {{"call", "c1"}, {"tool", words}, {"ok", false}, {"content", words}});
    story.add(EventKind::LimiterWaiting, agent,
              {{"call", "r1"}, {"sentence", words}, {"tokens", 10}, {"fits_at_ms", 1}});
    story.add(EventKind::ClaimGranted, agent,
              {{"file", words}, {"start", 1}, {"end", 3}, {"ttl_ms", 300000}});
    story.add(EventKind::ClaimDenied, agent,
              {{"file", words}, {"start", 1}, {"end", 3}, {"holder", agent}});
    story.add(EventKind::Warning, agent, {{"message", words}});
    story.add(EventKind::SaveFailed, agent, {{"message", words}});
    story.add(EventKind::RunFinished, "", {{"outcome", "failed"}, {"reason", words}});
    return story;
}

/// Markup that got through to something that reads it.
bool isMarkup(const QString &text)
{
    return text.contains(QLatin1String("<img")) || text.contains(QLatin1String("<b>"));
}

} // namespace

class TestHostileWords : public QObject
{
    Q_OBJECT

private:
    /// Of all that is in a window, hidden or not.
    static QStringList offences(QWidget *root)
    {
        QStringList found;
        const auto tell = [&](const QObject *at, const QString &what) {
            found
                << QString("%1 %2: %3").arg(at->metaObject()->className(), at->objectName(), what);
        };
        for (QWidget *widget : root->findChildren<QWidget *>()) {
            if (isMarkup(widget->toolTip()))
                tell(widget, "tooltip " + widget->toolTip());
            if (isMarkup(widget->statusTip()) || isMarkup(widget->whatsThis()))
                tell(widget, "a tip");
            if (auto *label = qobject_cast<QLabel *>(widget);
                label && label->textFormat() != Qt::PlainText && !label->inherits("QTipLabel"))
                tell(label, "no plain label: " + label->text());
            if (auto *button = qobject_cast<QAbstractButton *>(widget);
                button && QString(button->text()).remove("&&").contains("&File"))
                tell(button, "mnemonic " + button->text());
            if (auto *tabs = qobject_cast<QTabBar *>(widget))
                for (int i = 0; i < tabs->count(); ++i)
                    if (QString(tabs->tabText(i)).remove("&&").contains("&File")
                        || isMarkup(tabs->tabToolTip(i)))
                        tell(tabs, "tab " + tabs->tabText(i));
            if (auto *menu = qobject_cast<QMenu *>(widget))
                for (const QAction *action : menu->actions())
                    if (action->text().contains("&File <"))
                        tell(menu, "menu " + action->text());
            if (auto *box = qobject_cast<QComboBox *>(widget))
                for (int i = 0; i < box->count(); ++i)
                    if (box->itemText(i).contains(QChar(0x202E)))
                        tell(box, "turns round: " + box->itemText(i));
        }
        return found;
    }
    /// Asks each cell for its tooltip, as the mouse does.
    static QStringList cellTips(QAbstractItemView *view, int *asked)
    {
        QStringList found;
        const QAbstractItemModel *model = view->model();
        for (int row = 0; model && row < model->rowCount(); ++row) {
            for (int column = 0; column < model->columnCount(); ++column) {
                const QModelIndex index = model->index(row, column);
                QStyleOptionViewItem option;
                option.rect = QRect(0, 0, 5, 5); // all is cut off
                option.widget = view;
                QHelpEvent help(QEvent::ToolTip, QPoint(2, 2), view->mapToGlobal(QPoint(2, 2)));
                QToolTip::hideText();
                auto *delegate = view->itemDelegateForIndex(index);
                if (!delegate)
                    continue; // a header's
                delegate->helpEvent(&help, view, option, index);
                if (isMarkup(QToolTip::text()))
                    found << view->objectName() + ": " + QToolTip::text();
                ++*asked;
            }
        }
        return found;
    }

private slots:
    void cleanup() { QToolTip::hideText(); }

    void nothingInTheWindowIsTakenForMarkup()
    {
        WindowProbe probe;
        const QString file = probe.folder.filePath("<b>x<b> &File [*].orrery");
        {
            auto writer = store::JournalWriter::open(file.toStdString());
            QVERIFY(writer);
            const Story story = hostileStory();
            for (const EventPtr &event : story.events())
                (*writer)->append(event);
        }
        probe.window->openFile(file);
        QTRY_VERIFY(probe.window->isCaughtUp() && probe.rows("eventsTable") > 5);
        auto *team = probe.find<QAbstractItemView>("teamList");
        team->setCurrentIndex(team->model()->index(0, 0));
        QTest::qWait(150);
        QCOMPARE(offences(probe.window.get()).join('\n'), QString());
        QVERIFY(!probe.window->windowTitle().contains(QChar(0x202E)));
        QVERIFY(probe.window->windowTitle().contains("[*][*]"));
        int asked = 0;
        QStringList found;
        for (QAbstractItemView *view : probe.window->findChildren<QAbstractItemView *>())
            found << cellTips(view, &asked);
        QCOMPARE(found.join('\n'), QString());
        QVERIFY(asked > 50);
    }

    void aTeamThatHasNotRunNeither()
    {
        WindowProbe probe;
        QVERIFY(probe.window->openTeam(probe.team(hostileTeam, askingScript)));
        QTest::qWait(150);
        QCOMPARE(offences(probe.window.get()).join('\n'), QString());
        QVERIFY(!probe.window->windowTitle().contains(QChar(0x202E)));
    }

    void aQuestionIsPlain()
    {
        Question question(hostile, hostile, "&Yes", "&No", nullptr);
        QCOMPARE(offences(&question).join('\n'), QString());
    }

    void aTipShowsWhatIsWritten_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"plain", "a < b && c > d", "<b>x</b>", "two\nlines\n  indented",
                                 "<img src='file:///etc/passwd'>", "&lt;b&gt;", "</p><b>", "\"'"})
            QTest::newRow(text) << QString(text);
    }
    void aTipShowsWhatIsWritten()
    {
        QFETCH(QString, text);
        QTextDocument document;
        document.setHtml(format::tip(text));
        QCOMPARE(document.toPlainText(), text);
    }

    void theTitleOfALinkIsPlain()
    {
        SafeReader reader;
        reader.resize(300, 200);
        reader.showMarkdown("[link](http://x.y \"<img src='file:///etc/passwd'>\")");
        reader.show();
        const QPoint at = reader.cursorRect().center() + QPoint(6, 0);
        QHelpEvent help(QEvent::ToolTip, at, reader.viewport()->mapToGlobal(at));
        QApplication::sendEvent(reader.viewport(), &help);
        QVERIFY(QToolTip::text().contains("img"));
        QVERIFY2(!isMarkup(QToolTip::text()), qPrintable(QToolTip::text()));
    }
};

ORRERY_TEST(TestHostileWords)
#include "tst_hostilewords.moc"
