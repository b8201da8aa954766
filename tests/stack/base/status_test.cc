// SPDX-License-Identifier: Apache-2.0
#include "stack/base/status.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace flapjack {
namespace {

struct Row {
  int number;  // Zephyr's
  std::string_view name;
};

constexpr std::array kTable = {
    Row{0, "OK"},
    Row{1, "EPERM"},
    Row{2, "ENOENT"},
    Row{3, "ESRCH"},
    Row{4, "EINTR"},
    Row{5, "EIO"},
    Row{6, "ENXIO"},
    Row{7, "E2BIG"},
    Row{8, "ENOEXEC"},
    Row{9, "EBADF"},
    Row{10, "ECHILD"},
    Row{11, "EAGAIN"},
    Row{12, "ENOMEM"},
    Row{13, "EACCES"},
    Row{14, "EFAULT"},
    Row{16, "EBUSY"},
    Row{17, "EEXIST"},
    Row{18, "EXDEV"},
    Row{19, "ENODEV"},
    Row{22, "EINVAL"},
    Row{24, "EMFILE"},
    Row{28, "ENOSPC"},
    Row{32, "EPIPE"},
    Row{33, "EDOM"},
    Row{34, "ERANGE"},
    Row{45, "EDEADLK"},
    Row{61, "ENODATA"},
    Row{71, "EPROTO"},
    Row{77, "EBADMSG"},
    Row{91, "ENAMETOOLONG"},
    Row{95, "EOPNOTSUPP"},
    Row{96, "EPFNOSUPPORT"},
    Row{104, "ECONNRESET"},
    Row{105, "ENOBUFS"},
    Row{106, "EAFNOSUPPORT"},
    Row{107, "EPROTOTYPE"},
    Row{108, "ENOTSOCK"},
    Row{109, "ENOPROTOOPT"},
    Row{110, "ESHUTDOWN"},
    Row{111, "ECONNREFUSED"},
    Row{112, "EADDRINUSE"},
    Row{113, "ECONNABORTED"},
    Row{114, "ENETUNREACH"},
    Row{115, "ENETDOWN"},
    Row{116, "ETIMEDOUT"},
    Row{117, "EHOSTDOWN"},
    Row{118, "EHOSTUNREACH"},
    Row{119, "EINPROGRESS"},
    Row{120, "EALREADY"},
    Row{121, "EDESTADDRREQ"},
    Row{122, "EMSGSIZE"},
    Row{123, "EPROTONOSUPPORT"},
    Row{125, "EADDRNOTAVAIL"},
    Row{126, "ENETRESET"},
    Row{127, "EISCONN"},
    Row{128, "ENOTCONN"},
    Row{134, "ENOTSUP"},
    Row{139, "EOVERFLOW"},
    Row{140, "ECANCELED"},
};

TEST(StatusTest, EveryNumberHasItsNameAndBack) {
  std::size_t row = 0;
  for (int number = -1; number < 300; ++number) {
    const bool named = row < kTable.size() && kTable[row].number == number;
    EXPECT_EQ(errc_name(static_cast<Errc>(number)), named ? kTable[row].name : "E?") << number;
    if (!named) continue;
    EXPECT_EQ(static_cast<int>(errc_from_name(kTable[row].name)), number);
    ++row;
  }
  EXPECT_EQ(row, kTable.size());
  for (const char* wrong : {"", "E?", "EWHAT", "enoent", "ENOENT "}) {
    EXPECT_EQ(errc_from_name(wrong), Errc::Ok) << wrong;
  }
}

TEST(StatusTest, IsZeroOrTheNegatedCode) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().to_int(), 0);
  const Status down = Errc::Enetdown;
  EXPECT_FALSE(down.ok());
  EXPECT_EQ(down.to_int(), -115);
  EXPECT_EQ(down, Status(Errc::Enetdown));
  EXPECT_NE(down, Status());
}

TEST(ResultTest, HoldsAValueOrACode) {
  const Result<std::string> good(std::string("text"));
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(good.value(), "text");
  EXPECT_EQ(good.code(), Errc::Ok);
  const Result<std::string> bad(Errc::Enomem);
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.status().to_int(), -12);
  EXPECT_EQ(bad.value_or("other"), "other");
  Result<std::unique_ptr<int>> owned(std::make_unique<int>(7));
  EXPECT_EQ(*std::move(owned.value()), 7);
}

}  // namespace
}  // namespace flapjack
