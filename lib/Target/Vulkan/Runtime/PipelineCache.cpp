// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PipelineCache.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace {
/// In front of what the driver gave.
struct FileHeader {
  char magic[4];
  uint32_t version;
  uint64_t bytes, checksum;
};

struct FileCloser {
  void operator()(std::FILE *file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;
} // namespace

static constexpr char magic[4] = {'P', 'C', 'V', 'C'};
static constexpr uint32_t version = 1;

static uint64_t getChecksum(const std::vector<uint8_t> &data) {
  uint64_t hash = 0xcbf29ce484222325; // FNV-1a
  for (uint8_t byte : data)
    hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

std::string getCachePath(const std::string &folder,
                         const VkPhysicalDeviceProperties &device) {
  char text[80];
  std::snprintf(text, sizeof(text), "/vulkan-%08x-%08x-%08x-", device.vendorID,
                device.deviceID, device.driverVersion);
  std::string path = folder + text;
  for (uint8_t byte : device.pipelineCacheUUID) {
    std::snprintf(text, sizeof(text), "%02x", byte);
    path += text;
  }
  return path + ".pipelines";
}

/// Whether the driver's own header is that of the device.
static bool isOf(const VkPhysicalDeviceProperties &device,
                 const std::vector<uint8_t> &data) {
  VkPipelineCacheHeaderVersionOne header;
  if (data.size() < sizeof(header))
    return false;
  std::memcpy(&header, data.data(), sizeof(header));
  return header.headerVersion == VK_PIPELINE_CACHE_HEADER_VERSION_ONE &&
         header.vendorID == device.vendorID &&
         header.deviceID == device.deviceID &&
         std::memcmp(header.pipelineCacheUUID, device.pipelineCacheUUID,
                     VK_UUID_SIZE) == 0;
}

std::vector<uint8_t> readCache(const std::string &path,
                               const VkPhysicalDeviceProperties &device,
                               std::string &problem) {
  File file(std::fopen(path.c_str(), "rb"));
  struct stat status;
  if (!file || fstat(fileno(file.get()), &status) != 0)
    return {};
  FileHeader header;
  size_t size = static_cast<size_t>(status.st_size);
  if (size < sizeof(header) ||
      std::fread(&header, sizeof(header), 1, file.get()) != 1 ||
      std::memcmp(header.magic, magic, sizeof(magic)) != 0 ||
      header.version != version || header.bytes != size - sizeof(header)) {
    problem = "is cut off, or of another version";
    return {};
  }
  std::vector<uint8_t> data(header.bytes);
  if (std::fread(data.data(), 1, data.size(), file.get()) != data.size() ||
      getChecksum(data) != header.checksum)
    problem = "is damaged";
  else if (!isOf(device, data))
    problem = "is of another device";
  else
    return data;
  return {};
}

void writeCache(const std::string &path, const std::vector<uint8_t> &data) {
  for (size_t at = path.find('/', 1); at != std::string::npos;
       at = path.find('/', at + 1))
    mkdir(path.substr(0, at).c_str(), 0777);
  std::string aside = path + "." + std::to_string(getpid());
  FileHeader header = {{}, version, data.size(), getChecksum(data)};
  std::memcpy(header.magic, magic, sizeof(magic));
  File file(std::fopen(aside.c_str(), "wb"));
  if (!file)
    return;
  bool isWhole =
      std::fwrite(&header, sizeof(header), 1, file.get()) == 1 &&
      std::fwrite(data.data(), 1, data.size(), file.get()) == data.size();
  isWhole &= std::fclose(file.release()) == 0;
  if (!isWhole || std::rename(aside.c_str(), path.c_str()) != 0)
    std::remove(aside.c_str());
}
