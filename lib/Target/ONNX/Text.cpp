// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Text.h"
#include <unicode/ucasemap.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/utf8.h>

using namespace llvm;

namespace mlir::pc {

//===----------------------------------------------------------------------===//
// Case
//===----------------------------------------------------------------------===//

void CaseMapper::Close::operator()(UCaseMap *map) const { ucasemap_close(map); }

static Error fail(const Twine &what, UErrorCode status) {
  return createStringError(what + ": " + u_errorName(status));
}

Expected<CaseMapper> CaseMapper::open(const std::string &locale) {
  // ICU takes any name, and has the rules of no language for those unknown.
  if (StringRef(uloc_getISO3Language(locale.c_str())).empty())
    return createStringError("expected a language, but got '" + locale + "'");
  char language[ULOC_LANG_CAPACITY];
  UErrorCode status = U_ZERO_ERROR;
  uloc_getLanguage(locale.c_str(), language, sizeof(language), &status);
  if (U_FAILURE(status))
    return fail("language of '" + locale + "'", status);
  // Two languages have an i with and one without a dot in either case.
  bool hasDotlessI = StringRef(language) == "tr" || StringRef(language) == "az";
  UCaseMap *map = ucasemap_open(locale.c_str(),
                                hasDotlessI ? U_FOLD_CASE_EXCLUDE_SPECIAL_I
                                            : U_FOLD_CASE_DEFAULT,
                                &status);
  if (U_FAILURE(status))
    return fail("locale '" + locale + "'", status);
  return CaseMapper(map);
}

Expected<std::string> CaseMapper::change(CaseChange how, StringRef text) const {
  if (how == CaseChange::None)
    return text.str();
  auto *apply = how == CaseChange::Lower   ? ucasemap_utf8ToLower
                : how == CaseChange::Upper ? ucasemap_utf8ToUpper
                                           : ucasemap_utf8FoldCase;
  std::string result(text.size(), '\0');
  UErrorCode status;
  int32_t size;
  do { // again with the size that it asks for
    status = U_ZERO_ERROR;
    size = apply(map.get(), result.data(), int32_t(result.size()), text.data(),
                 int32_t(text.size()), &status);
    bool isShort = status == U_BUFFER_OVERFLOW_ERROR;
    result.resize(U_FAILURE(status) && !isShort ? 0 : size);
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  if (U_FAILURE(status))
    return fail("case of a string", status);
  return result;
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// Where the first character of `text` that is white space, or is not, begins
/// and ends; both are the size where there is none.
static std::pair<size_t, size_t> findBlank(StringRef text, bool isBlank) {
  const char *data = text.data();
  int32_t at = 0, size = int32_t(text.size());
  while (at < size) {
    int32_t start = at;
    UChar32 character;
    U8_NEXT(data, at, size, character);
    if (bool(u_isUWhiteSpace(character)) == isBlank)
      return {start, at};
  }
  return {text.size(), text.size()};
}

/// `text` up to the white space at its end.
static StringRef dropBlankEnd(StringRef text) {
  const char *data = text.data();
  int32_t end = int32_t(text.size());
  while (end > 0) {
    int32_t at = end;
    UChar32 character;
    U8_PREV(data, 0, at, character);
    if (!u_isUWhiteSpace(character))
      break;
    end = at;
  }
  return text.take_front(end);
}

static void splitAtBlanks(StringRef text, int64_t most,
                          function_ref<bool(StringRef)> take) {
  text = dropBlankEnd(text.drop_front(findBlank(text, false).first));
  for (int64_t count = 0; !text.empty(); ++count) {
    size_t end = count == most ? text.size() : findBlank(text, true).first;
    if (!take(text.take_front(end)))
      return;
    text = text.drop_front(end);
    text = text.drop_front(findBlank(text, false).first);
  }
}

void splitText(StringRef text, StringRef delimiter, int64_t most,
               function_ref<bool(StringRef)> take) {
  if (delimiter.empty())
    return splitAtBlanks(text, most, take);
  for (int64_t count = 0;; ++count) {
    size_t end = count == most ? StringRef::npos : text.find(delimiter);
    if (!take(text.take_front(end)) || end == StringRef::npos)
      return;
    text = text.drop_front(end + delimiter.size());
  }
}

} // namespace mlir::pc
