// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/statebadge.h"
#include "tests/support/testregistry.h"

#include <QtTest>

using namespace orrery::ui;

class TestTheme : public QObject
{
    Q_OBJECT

private slots:
    void textIsReadable_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("light") << int(ThemeKind::Light);
        QTest::newRow("dark") << int(ThemeKind::Dark);
    }
    void textIsReadable()
    {
        QFETCH(int, kind);
        const Tokens &t = tokens(ThemeKind(kind));
        for (const QColor &back : {t.window, t.surface, t.raised, t.sunken}) {
            QVERIFY(contrast(t.text, back) >= 4.5);
            QVERIFY(contrast(t.muted, back) >= 4.5);
        }
        for (const QColor &state : {t.ok, t.warn, t.error, t.accent}) {
            QVERIFY(contrast(state, t.surface) >= 4.5);
            QVERIFY(contrast(state, t.accentSoft) >= 4.5);
        }
        for (const QColor &state : {t.warn, t.text, t.muted})
            QVERIFY(contrast(state, t.warnSoft) >= 4.5);
        for (const QColor &state : {t.error, t.text, t.muted})
            QVERIFY(contrast(state, t.errorSoft) >= 4.5);
        QVERIFY(contrast(t.onAccent, t.accent) >= 4.5);
        QVERIFY(contrast(t.text, t.infoSoft) >= 4.5);
    }

    void agentsAreReadableAndDiffer_data() { textIsReadable_data(); }
    void agentsAreReadableAndDiffer()
    {
        QFETCH(int, kind);
        QSet<QRgb> seen;
        for (int agent = 0; agent < 8; ++agent) {
            const QColor color = agentColor(agent, ThemeKind(kind));
            QVERIFY2(contrast(color, tokens(ThemeKind(kind)).onAgent) >= 4.5,
                     qPrintable(color.name()));
            seen.insert(color.rgb());
        }
        QCOMPARE(seen.size(), 8);
        QCOMPARE(agentColor(8, ThemeKind(kind)), agentColor(0, ThemeKind(kind)));
        QVERIFY(agentIsDashed(8) && !agentIsDashed(7));
    }

    void applyingAThemeChangesThePalette()
    {
        applyTheme(*qApp, ThemeKind::Dark);
        QCOMPARE(themeOf(QApplication::palette()), ThemeKind::Dark);
        applyTheme(*qApp, ThemeKind::Light);
        QCOMPARE(themeOf(QApplication::palette()), ThemeKind::Light);
        QVERIFY(!qApp->styleSheet().contains(QLatin1Char('@')));
    }

    void everyIconDrawsSomething()
    {
        for (const QString &name : iconNames()) {
            const QImage image = iconPixmap(name, 24, Qt::black).toImage();
            int inked = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    inked += qAlpha(image.pixel(x, y)) > 128 ? 1 : 0;
            }
            QVERIFY2(inked > 10, qPrintable(name));
        }
    }

    void everyToolHasADrawing()
    {
        QSet<QString> drawings;
        for (const char *tool : {"read_file", "edit_file", "glob", "grep", "bash", "claim_region",
                                 "release_region", "share_discovery", "peer_message",
                                 "broadcast_message", "list_team", "remember", "another"}) {
            QVERIFY2(iconNames().contains(toolIcon(tool)), tool);
            drawings.insert(toolIcon(tool));
        }
        QCOMPARE(drawings.size(), 13);
    }

    void everyStateHasIconWordAndColour()
    {
        QSet<QString> words;
        for (const char *state :
             {"idle", "thinking", "tool", "waiting_approval", "waiting_rate", "waiting_claim",
              "paused", "done", "stopped", "failed", "crashed"}) {
            const StateLook look = stateLook(QLatin1String(state), QApplication::palette());
            QVERIFY2(iconNames().contains(look.icon), state);
            QVERIFY(look.color.isValid());
            words.insert(look.word);
        }
        QCOMPARE(words.size(), 11);
    }
};

ORRERY_TEST(TestTheme)
#include "tst_theme.moc"
