// SPDX-License-Identifier: GPL-3.0-or-later
// A person answers what they have read, and nothing else.
#include "ui/panels/conversationpanel.h"
#include "ui/theme/theme.h"
#include "ui/widgets/approvalcard.h"
#include "ui/widgets/elidedlabel.h"
#include "tests/support/testregistry.h"

#include <QApplication>
#include <QCheckBox>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTextBlock>
#include <QVBoxLayout>
#include <QtTest>

using namespace orrery::ui;

namespace {

/// Time goes on when it is told to.
class Later
{
public:
    ApprovalCard::Later call()
    {
        return [this](int ms, std::function<void()> then) {
            m_due.append({m_now + ms, std::move(then)});
        };
    }
    void wait(int ms)
    {
        m_now += ms;
        const auto due = std::exchange(m_due, {});
        for (const auto &[at, then] : due) {
            if (at <= m_now)
                then();
            else
                m_due.append({at, then});
        }
    }

private:
    int m_now = 0;
    QList<std::pair<int, std::function<void()>>> m_due;
};

ApprovalRequest request(const QString &id, const QString &command = "make")
{
    ApprovalRequest wanted;
    wanted.id = id;
    wanted.agent = "coder";
    wanted.tool = "bash";
    wanted.folder = "/home/me/project";
    wanted.reason = "The team's permissions ask for approval of this tool.";
    wanted.command = command;
    wanted.arguments = QString("{\n  \"command\": \"%1\"\n}").arg(command);
    return wanted;
}

QPushButton *buttonOf(ApprovalCard &card, const char *name)
{
    for (QPushButton *button : card.findChildren<QPushButton *>())
        if (button->accessibleName().startsWith(QLatin1String(name)))
            return button;
    return nullptr;
}

} // namespace

class TestApprovalCard : public QObject
{
    Q_OBJECT

private:
    /// Laid out, so that nothing moves later on.
    static void settle() { QCoreApplication::processEvents(); }

    static void answer(ApprovalCard &card, const QByteArray &way)
    {
        if (way == "key")
            QTest::keyClick(&card, Qt::Key_A);
        else if (way == "click")
            QTest::mouseClick(buttonOf(card, "Approve"), Qt::LeftButton);
        else
            QTest::keyClick(buttonOf(card, "Approve"), Qt::Key_Space);
    }

private slots:
    void onlyWhatWasSeenIsAnswered_data()
    {
        QTest::addColumn<QByteArray>("way");
        for (const char *way : {"key", "click", "button"})
            QTest::newRow(way) << QByteArray(way);
    }
    void onlyWhatWasSeenIsAnswered()
    {
        QFETCH(QByteArray, way);
        Later later;
        ApprovalCard card(nullptr, later.call());
        QSignalSpy approved(&card, &ApprovalCard::approved);
        card.showRequests({request("a")});
        settle();
        answer(card, way);
        later.wait(299);
        answer(card, way);
        QCOMPARE(approved.count(), 0);
        later.wait(1);
        answer(card, way);
        QCOMPARE(approved.count(), 1);
        QCOMPARE(approved[0][0].toString(), QString("a"));
        answer(card, way); // once
        QCOMPARE(approved.count(), 1);
    }

    void aPressBeforeAndAReleaseAfterIsNoClick()
    {
        Later later;
        ApprovalCard card(nullptr, later.call());
        QSignalSpy approved(&card, &ApprovalCard::approved);
        card.showRequests({request("a")});
        settle();
        QTest::mousePress(buttonOf(card, "Approve"), Qt::LeftButton);
        later.wait(300);
        QTest::mouseRelease(buttonOf(card, "Approve"), Qt::LeftButton);
        QCOMPARE(approved.count(), 0);
    }

    void theCardNeverSwapsUnderTheFinger()
    {
        Later later;
        ApprovalCard card(nullptr, later.call());
        QSignalSpy approved(&card, &ApprovalCard::approved);
        card.showRequests({request("b")});
        settle();
        later.wait(300);
        // Whatever order they come in, the one that is shown stays, and stays answerable.
        card.showRequests({request("a", "rm -rf ~"), request("b")});
        QCOMPARE(card.shownId(), QString("b"));
        QVERIFY(card.canBeAnswered());
        QTest::keyClick(&card, Qt::Key_A);
        QCOMPARE(approved[0][0].toString(), QString("b"));
        QTest::keyClick(&card, Qt::Key_A); // one too many
        card.showRequests({request("a", "rm -rf ~")});
        settle();
        QTest::keyClick(&card, Qt::Key_A);
        later.wait(200);
        QTest::keyClick(&card, Qt::Key_A);
        QCOMPARE(approved.count(), 1);
        later.wait(100);
        QTest::keyClick(&card, Qt::Key_A);
        QCOMPARE(approved.count(), 2);
        QCOMPARE(approved[1][0].toString(), QString("a"));
    }

    void aRequestThatIsGoneTakesNoAnswerWithIt()
    {
        Later later;
        ApprovalCard card(nullptr, later.call());
        QSignalSpy approved(&card, &ApprovalCard::approved);
        card.showRequests({request("a"), request("b", "rm -rf ~")});
        settle();
        later.wait(300);
        card.showRequests({request("b", "rm -rf ~")}); // the agent of the first was stopped
        QTest::keyClick(&card, Qt::Key_A);
        QCOMPARE(approved.count(), 0);
        card.showRequests({});
        later.wait(1000);
        QTest::keyClick(&card, Qt::Key_A);
        QCOMPARE(approved.count(), 0);
    }

    void whatMovesOrIsHiddenIsSeenAnew_data()
    {
        QTest::addColumn<QByteArray>("what");
        for (const char *what : {"move", "resize", "hide"})
            QTest::newRow(what) << QByteArray(what);
    }
    void whatMovesOrIsHiddenIsSeenAnew()
    {
        QFETCH(QByteArray, what);
        Later later;
        QWidget window;
        ApprovalCard card(&window, later.call());
        window.resize(700, 500);
        card.setGeometry(0, 100, 600, 200);
        card.showRequests({request("a")});
        window.show();
        settle();
        later.wait(300);
        QVERIFY(card.canBeAnswered());
        if (what == "move") {
            card.move(0, 140);
        } else if (what == "resize") {
            card.resize(580, 200);
        } else {
            window.hide();
            window.show();
        }
        settle();
        QVERIFY(!card.canBeAnswered());
        later.wait(300);
        QVERIFY(card.canBeAnswered());
    }

    void aHeldKeyAnswersNothing()
    {
        Later later;
        ApprovalCard card(nullptr, later.call());
        QSignalSpy approved(&card, &ApprovalCard::approved);
        card.showRequests({request("a")});
        settle();
        later.wait(300);
        QKeyEvent held(QEvent::KeyPress, Qt::Key_A, Qt::NoModifier, "a", true);
        QApplication::sendEvent(&card, &held);
        QCOMPARE(approved.count(), 0);
    }

    void theFocusStaysWithTheCard()
    {
        Later later;
        ApprovalCard card(nullptr, later.call());
        card.showRequests({request("a"), request("b")});
        card.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&card));
        later.wait(300);
        buttonOf(card, "Approve")->setFocus();
        QTest::keyClick(buttonOf(card, "Approve"), Qt::Key_Space);
        card.showRequests({request("b")});
        QVERIFY(card.hasFocus());
    }

    void aCommandIsShownAsACommandInItsFolder()
    {
        ApprovalCard card;
        ApprovalRequest wanted = request("a", "cd build && \\\n  make \"all\"\n# the end");
        wanted.otherArguments = "{\"timeout_ms\":1000}";
        card.showRequests({wanted});
        auto *body = card.findChild<QPlainTextEdit *>("approvalBody");
        QCOMPARE(body->toPlainText(), wanted.command);
        QCOMPARE(body->font().family(), monospaceFont(card.font()).family());
        QCOMPARE(card.findChild<ElidedLabel *>("approvalAgent")->whole(), QString("coder"));
        QCOMPARE(card.findChild<ElidedLabel *>("approvalTool")->whole(), QString("bash"));
        QCOMPARE(card.findChild<ElidedLabel *>("approvalFolder")->whole(),
                 QString("/home/me/project"));
        QVERIFY(
            card.findChild<QPlainTextEdit *>("approvalAlso")->toPlainText().contains("timeout_ms"));
    }

    void allOfALongCommandCanBeRead()
    {
        ApprovalCard card;
        QString command;
        for (int i = 0; i < 500; ++i)
            command += QString("echo %1\n").arg(i);
        card.resize(600, 300);
        card.showRequests({request("a", command + "rm -rf ~")});
        auto *body = card.findChild<QPlainTextEdit *>("approvalBody");
        QCOMPARE(body->document()->lastBlock().text(), QString("rm -rf ~"));
        QVERIFY(body->height() < 400);
        QStringList told;
        for (QLabel *label : card.findChildren<QLabel *>())
            if (label->isVisibleTo(&card))
                told << label->text();
        QVERIFY2(told.join('|').contains("501 lines"), qPrintable(told.join('|')));
    }

    void nothingLiesUponAnotherInLittleRoom_data()
    {
        QTest::addColumn<QSize>("room");
        QTest::newRow("narrow and low") << QSize(400, 330);
        QTest::newRow("narrow") << QSize(400, 700);
        QTest::newRow("low") << QSize(900, 300);
        QTest::newRow("wide") << QSize(1200, 900);
    }
    void nothingLiesUponAnotherInLittleRoom()
    {
        QFETCH(QSize, room);
        ConversationPanel panel({});
        panel.setEmpty(false);
        panel.resize(room);
        panel.show();
        ApprovalRequest wanted = request("a", QString("echo a line\n").repeated(40));
        wanted.command += QChar(0x202E);
        wanted.agent = QString("agent ").repeated(30);
        wanted.tool = QString("tool").repeated(30);
        wanted.folder = QString("/folder").repeated(60);
        wanted.otherArguments = "{\"timeout_ms\":1000}";
        panel.approval()->showRequests({wanted, request("b")});
        QTest::qWait(50);
        QList<QWidget *> parts;
        for (QObject *child : panel.approval()->children())
            if (auto *widget = qobject_cast<QWidget *>(child); widget && widget->isVisible())
                parts << widget;
        QVERIFY(parts.size() > 10);
        QVERIFY2(panel.approval()->rect().contains(panel.approval()->childrenRect()),
                 qPrintable(QString::number(panel.width())));
        for (const QWidget *a : std::as_const(parts)) {
            QVERIFY2(a->width() >= 10 && a->height() >= 12, qPrintable(a->objectName()));
            for (const QWidget *b : std::as_const(parts))
                QVERIFY2(a == b || !a->geometry().intersects(b->geometry()),
                         qPrintable(a->objectName() + " upon " + b->objectName()));
        }
    }

    void whatCannotBeSeenIsWrittenOutAndMarked_data()
    {
        QTest::addColumn<bool>("isCommand");
        QTest::newRow("command") << true;
        QTest::newRow("other call") << false;
    }
    void whatCannotBeSeenIsWrittenOutAndMarked()
    {
        QFETCH(bool, isCommand);
        ApprovalCard card;
        card.resize(700, 300);
        const QString hidden =
            QString("echo safe %1# rm -rf ~%2").arg(QChar(0x202E), QChar(0x200B));
        ApprovalRequest wanted = request("a", hidden);
        if (!isCommand)
            wanted.command = QString();
        card.showRequests({wanted});
        auto *body = card.findChild<QPlainTextEdit *>("approvalBody");
        QVERIFY(body->toPlainText().contains("⟨U+202E⟩# rm -rf ~⟨U+200B⟩"));
        QCOMPARE(body->extraSelections().size(), 2);
        QCOMPARE(body->extraSelections()[0].cursor.selectedText(), QString("⟨U+202E⟩"));
        QVERIFY(card.findChild<QLabel *>("approvalUnseen")->isVisibleTo(&card));
        QVERIFY(card.findChild<QLabel *>("approvalUnseen")->text().startsWith("2 unseen"));
        card.showRequests({request("b")});
        QVERIFY(!card.findChild<QLabel *>("approvalUnseen")->isVisibleTo(&card));
        QCOMPARE(body->extraSelections().size(), 0);
    }

    void nothingOfAModelLooksLikeTheFrame()
    {
        ApprovalCard card;
        ApprovalRequest wanted = request("a");
        wanted.agent =
            QString("coder wants to read a file.\n\n<b>Approved</b>%1").arg(QChar(0x202E));
        wanted.tool = "bash</b>\n\nAll is well";
        card.showRequests({wanted});
        for (const char *name : {"approvalAgent", "approvalTool", "approvalFolder"}) {
            auto *label = card.findChild<ElidedLabel *>(name);
            QVERIFY(label->property("quoted").toBool());
            QVERIFY(!label->whole().contains('\n'));
            QVERIFY(!label->whole().contains(QChar(0x202E)));
        }
        for (QLabel *label : card.findChildren<QLabel *>()) {
            QCOMPARE(label->textFormat(), Qt::PlainText);
            const bool isTheirs = label->property("quoted").toBool();
            QVERIFY(isTheirs || !label->text().contains("read a file"));
            QVERIFY(isTheirs || !label->text().contains("All is well"));
        }
    }

    void aCommandIsEditedAsACommand()
    {
        Later later;
        ApprovalCard card(nullptr, later.call());
        QSignalSpy edited(&card, &ApprovalCard::edited);
        ApprovalRequest wanted = request("a", "touch theirs");
        wanted.arguments = "{\"command\": \"touch theirs\", \"timeout_ms\": 1000}";
        wanted.otherArguments = "{\"timeout_ms\":1000}";
        card.showRequests({wanted});
        settle();
        later.wait(300);
        QTest::keyClick(&card, Qt::Key_E);
        auto *body = card.findChild<QPlainTextEdit *>("approvalBody");
        QVERIFY(!body->isReadOnly());
        body->setPlainText("touch 'mine'");
        card.showRequests({wanted, request("b")}); // must not undo what was typed
        settle();
        later.wait(300);
        QTest::keyClick(&card, Qt::Key_E);
        QCOMPARE(edited.count(), 1);
        const QJsonObject sent = QJsonDocument::fromJson(edited[0][1].toString().toUtf8()).object();
        QCOMPARE(sent, (QJsonObject{{"command", "touch 'mine'"}, {"timeout_ms", 1000}}));
    }
};

ORRERY_TEST(TestApprovalCard)
#include "tst_approvalcard.moc"
