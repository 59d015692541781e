"""Every error that a person may see; its sentence is in the catalogue of words, table `errors`.

    TransCNNError
    ├── ChoiceError         a value outside what is allowed (config, command line, link)
    ├── PictureError
    │   ├── NotAPicture      the bytes are no picture of an accepted format
    │   ├── BrokenPicture    the right format, but it ends early or is damaged
    │   ├── TooManyPixels    refused from the header, before decoding
    │   ├── FileTooLarge     refused before it is opened
    │   └── NotPlainFile     a device, a pipe or a socket, refused before it is opened
    ├── CheckpointError     a weight file that does not fit, or is not what it says
    │   ├── WeightsTooLarge  refused before it is read
    │   ├── UnknownEnding    named like no weight file that can be read
    │   ├── NotWeights       not what its name says
    │   ├── BrokenWeights    the right format, but it ends early or is damaged
    │   ├── HoldsCode        more than tensors: reading it could run code
    │   ├── PackedWeights    members that unpack to more than the file
    │   ├── LongHeader       what describes the tensors is too long
    │   ├── NamelessTensors  tensors, but not by name
    │   ├── UnknownNetwork   keys that resemble no network that is known
    │   ├── MissingKeys      less than the network needs
    │   ├── ForeignKeys      more than the network has
    │   ├── OtherShapes      the right keys, other shapes
    │   ├── BrokenDescription  what the file says of itself cannot be understood
    │   ├── NotADetector     a classifier's weights where a detector's are wanted
    │   ├── DetectorWeights  the other way round
    │   ├── ManyClasses      more than any network of images tells apart
    │   ├── NamesAndHead     more or fewer class names than outputs
    │   ├── OtherNetwork     a description of another network than asked for
    │   ├── NoNumbers        a key whose value cannot be computed with
    │   └── NoAnswer         weights with which the network answers no number
    ├── DownloadError       a published file that could not be fetched
    │   ├── NotThere         the address has no such file
    │   ├── NotReachable     there is no way to the address
    │   ├── CutOff           the file ended early
    │   ├── EndlessFile      it does not end where a weight file would
    │   └── ChangedAtSource  it is not the file that was there before
    ├── FolderError         a folder of pictures that cannot be used as asked
    │   ├── NoAnnotations    neither a COCO file nor Pascal VOC's
    │   ├── SeveralSets      more than one annotated set, and none was chosen
    │   ├── NotCoco          a file that is no COCO file of objects
    │   ├── AnnotationsTooLarge  refused unread
    │   ├── NoCommonClass    a detector knows none of the classes of a set
    │   ├── NoUsableImage    annotations, but not one image to use
    │   ├── TableTooLarge    more rows, columns or characters than are read
    │   ├── SameClassName    two own classes whose names differ in letter case only
    │   ├── FewOwnClasses    fewer than two own classes have images enough
    │   ├── ManyOwnClasses   more own classes than can be learned
    │   ├── MoreClassesThanImages  not even one image for each own class
    │   ├── NothingHeldOut   own images to train on, none to measure on
    │   ├── UnknownLabel     pictures under a name that is no class
    │   └── UnknownClass     the same, where the network has a person's own classes
    ├── ArchiveError        an archive of pictures that is not unpacked
    │   ├── NotAnArchive     not of an accepted format
    │   ├── BrokenArchive    the right format, but damaged, locked or cut off
    │   ├── ArchiveTooLarge  more bytes than may be unpacked
    │   ├── ArchiveTooDense  more bytes than an archive of its size has
    │   ├── TooManyMembers   more files than may be unpacked
    │   ├── MemberOutside    a member that would leave the folder
    │   ├── MemberTooDeep    folders in folders without end
    │   └── MemberNoFile     a link or a device
    ├── RunError            a stored run that cannot be used as asked
    │   ├── NoRun            there is none of that name
    │   ├── OtherRun         it was begun with other pictures or settings
    │   ├── HoldsDetections  it is a detector's, where a classifier's is meant
    │   ├── NotARun          the file is no run of ours
    │   ├── NoRoomForRun     the runs of uploads take as much disk as they may
    │   ├── NoRoomForRunHere  those from one address do
    │   └── TooManyRuns      one visitor keeps as many as they may
    ├── ClassError          a class that nobody can enter
    │   ├── NoClass          no such code or key, or the class is over
    │   │   └── RemovedFromClass  its teacher removed this learner
    │   ├── TooManyCodes     so many wrong codes were entered that one must wait
    │   ├── TooManyJoins     so many have joined that one must wait
    │   ├── ClassFull        no seat is left
    │   ├── ClassLocked      it is closed to new learners
    │   ├── ReservedName     it is the teacher's
    │   ├── TooManyClasses   the server has no room for another one
    │   ├── TooManyBegun     a visitor began so many that they must wait
    │   ├── NoNetwork        no other device can come to this computer
    │   └── PortInUse        another program answers there
    ├── NoDevice            a device to compute on that this computer lacks
    ├── PeerLost            another process of torchrun is frozen or has ended
    ├── StoreLost           the store that joins the processes is gone
    ├── MissingSnapshots    the package with networks along their training is not installed
    ├── ExportDiffers       an exported file gives other outputs than its network
    ├── EngineDiffers       an engine computes other logits than the network
    ├── NotBegun            a computation beyond what may wait or be under way at once
    │   ├── TooManyTasks     of one open page
    │   ├── TooManyTasksHere  of one address
    │   └── ServerBusy       of all visitors together
    ├── NoRoom              a network that a visitor brought is not kept
    │   ├── NoRoomForNetwork  the networks of all visitors take all that there is for them
    │   └── NoRoomForNetworkHere  those from one address do
    ├── MissingExtra        packages that only some commands need are not installed
    └── NewClassifier       a warning: the weights have other classes, their classifier is left

An error carries the values of its sentence's placeholders. `str(error)` is the English sentence,
for the command line; the app says the one of its language. What a sentence quotes is shortened, and
its control characters are written out; the app names files and folders without where they are.
"""

from typing import Any


class Cancelled(Exception):
    """Raised by a progress callback when the result is no longer wanted."""


class TransCNNError(Exception):
    """Base of all errors of ours. `details` are the values of its sentence's placeholders."""

    def __init__(self, **details: Any) -> None:
        super().__init__()
        self.details = details

    def __str__(self) -> str:
        from transcnn.words import DEFAULT
        from transcnn.words.translator import translator

        return translator(DEFAULT).error(self, whole_paths=True)


class ChoiceError(TransCNNError, ValueError):
    """A value that is not among the allowed ones. Details: field, value, allowed."""


class NoDevice(TransCNNError, ValueError):
    """Details: device, known (the names of those that are there)."""


class NoRoom(TransCNNError):
    """There is no memory for another network."""


class NoRoomForNetwork(NoRoom):
    """Details: limit (MB in all)."""


class NoRoomForNetworkHere(NoRoom):
    """Details: limit (MB of one address)."""


class NotBegun(TransCNNError):
    """A computation that cannot begin yet; see the subclasses."""


class TooManyTasks(NotBegun):
    """Details: limit (of one open page)."""


class TooManyTasksHere(NotBegun):
    """Details: limit (of one address)."""


class ServerBusy(NotBegun):
    """Details: limit (of the server)."""


class PeerLost(TransCNNError):
    """Details: rank (from 0), count (of processes), seconds (without a sign of life)."""


class StoreLost(TransCNNError):
    """torchrun, or the process that keeps the store, is frozen or has ended. Details: seconds."""


class PictureError(TransCNNError, ValueError):
    """A picture that cannot be used; see the subclasses."""


class NotAPicture(PictureError):
    """No decoder of an accepted format knows these bytes. Details: formats."""


class BrokenPicture(PictureError):
    """The header is right, the rest is not. Details: format."""


class TooManyPixels(PictureError):
    """Refused before decoding. Details: limit (million pixels)."""


class FileTooLarge(PictureError):
    """Refused unopened. Details: limit (megabytes)."""


class NotPlainFile(PictureError):
    """Refused unopened: reading it might not end. Details: kind."""


class CheckpointError(TransCNNError):
    """A weight file that cannot be used. Details: file, reason."""


class WeightsTooLarge(CheckpointError):
    """Refused unread. Details: file, limit (megabytes)."""


class UnknownEnding(CheckpointError):
    """A name that no weight file has. Details: file, endings."""


class NotWeights(CheckpointError):
    """The first bytes are not those of the format. Details: file, format."""


class BrokenWeights(CheckpointError):
    """It begins like a weight file and does not go on like one. Details: file, format."""


class HoldsCode(CheckpointError):
    """Refused unread. Details: file."""


class PackedWeights(CheckpointError):
    """Its members are compressed, or claim more bytes than the file has. Details: file."""


class LongHeader(CheckpointError):
    """What describes the tensors is too long to be that. Details: file, limit (kB)."""


class NamelessTensors(CheckpointError):
    """A list, a single tensor, or something else. Details: file."""


class UnknownNetwork(CheckpointError):
    """No variant has keys like these. Details: file, keys (some of them)."""


class MissingKeys(CheckpointError):
    """Details: file, model, count, of (how many it needs), keys (some of them)."""


class ForeignKeys(CheckpointError):
    """Details: file, model, count, keys (some of them)."""


class OtherShapes(CheckpointError):
    """Details: file, model, count, of (how many it has), key (one of them), given, wanted."""


class BrokenDescription(CheckpointError):
    """The metadata of a weight file are damaged or contradict themselves. Details: file, reason."""


class NotADetector(CheckpointError):
    """The weights of another network, or of none. Details: file."""


class DetectorWeights(CheckpointError):
    """A detector's weights where a classifier's are wanted. Details: file."""


class ExportDiffers(TransCNNError):
    """Details: file, apart (fraction of the largest logit or attention weight), allowed."""


class EngineDiffers(TransCNNError):
    """Details: engine (with its version), model, apart (fraction of the largest logit), allowed."""


class MissingExtra(TransCNNError):
    """Details: modules (not installed), extra (of this package, which brings them)."""


class MissingSnapshots(TransCNNError):
    """Details: model."""


class NewClassifier(TransCNNError, UserWarning):
    """Details: model, given (classes of the weights), wanted."""


class ManyClasses(CheckpointError):
    """Refused before the network is made. Details: file, classes, limit (how many)."""


class NamesAndHead(CheckpointError):
    """Details: file, names (how many), outputs (of the classifier)."""


class OtherNetwork(CheckpointError):
    """Details: file, described (the network in its description), model (the one asked for)."""


class NoNumbers(CheckpointError):
    """No tensor of finite numbers that are all in the file. Details: file, key."""


class NoAnswer(CheckpointError):
    """Every value is finite, but what comes out is not. Details: file, model."""


class DownloadError(TransCNNError):
    """A published file that could not be fetched; see the subclasses."""


class NotThere(DownloadError):
    """The server answered, but not with a file. Details: address, status (of HTTP)."""


class NotReachable(DownloadError):
    """No answer at all. Details: address."""


class CutOff(DownloadError):
    """The connection ended before the file did. Details: address, received (megabytes)."""


class EndlessFile(DownloadError):
    """Given up. Details: address, limit (megabytes)."""


class ChangedAtSource(DownloadError):
    """Another file than at the first download. Details: address, found, first (sha256), note (the
    name of the file that has the first)."""


class FolderError(TransCNNError):
    """A folder that cannot be used. Details: folder, reason."""


class NoAnnotations(FolderError):
    """Neither a COCO file nor XML files of Pascal VOC. Details: folder."""


class SeveralSets(FolderError):
    """More than one set, or none of the name asked for. Details: folder, names (of the sets)."""


class NotCoco(FolderError):
    """Not JSON, or not with images, annotations and categories. Details: folder (the file)."""


class AnnotationsTooLarge(FolderError):
    """Refused unread. Details: folder (the file), limit (megabytes)."""


class NoCommonClass(FolderError):
    """A set and a detector without a class in common. Details: folder, classes (of the set), known
    (those of the detector)."""


class NoUsableImage(FolderError):
    """Annotations whose every image was left out. Details: folder, why (the first cause)."""


class TableTooLarge(FolderError):
    """Refused before more of it is read. Details: folder (the table), megabytes, rows, columns,
    line (characters), cell (characters)."""


class SameClassName(FolderError):
    """Details: folder, one, other (the names)."""


class FewOwnClasses(FolderError):
    """Details: folder, found (the names of those there are), least (images of a class), most
    (classes)."""


class ManyOwnClasses(FolderError):
    """Details: folder, classes, most (how many)."""


class MoreClassesThanImages(FolderError):
    """Details: folder, classes, images (how many)."""


class NothingHeldOut(FolderError):
    """Details: folder (of the held-out images)."""


class UnknownLabel(FolderError):
    """A sub-folder or line of a table that names no class. Details: folder, label, nearest."""


class UnknownClass(FolderError):
    """The same for a network with a person's own classes. Details: folder, label, known."""


class ArchiveError(TransCNNError):
    """An archive that is not unpacked; see the subclasses."""


class NotAnArchive(ArchiveError):
    """Details: file, formats."""


class BrokenArchive(ArchiveError):
    """Details: file."""


class ArchiveTooLarge(ArchiveError):
    """Its members take more room than they may, as they say or as they turn out. Details: file,
    limit (megabytes)."""


class ArchiveTooDense(ArchiveError):
    """Unpacked it takes so many times its size that it holds no images. Details: file, limit."""


class TooManyMembers(ArchiveError):
    """Details: file, limit."""


class MemberOutside(ArchiveError):
    """A path that is absolute or climbs up. Details: file, member."""


class MemberTooDeep(ArchiveError):
    """Details: file, member, limit."""


class MemberNoFile(ArchiveError):
    """Details: file, member."""


class RunError(TransCNNError):
    """A stored run that cannot be used; see the subclasses."""


class NoRun(RunError):
    """Details: run, known."""


class OtherRun(RunError):
    """Details: run, what (the settings that differ)."""


class HoldsDetections(RunError):
    """A run of a detector, where one of a classifier is meant. Details: run."""


class NotARun(RunError):
    """Details: file."""


class NoRoomForRun(RunError):
    """The runs of all uploads take as much disk as they may. Details: limit (megabytes)."""


class NoRoomForRunHere(RunError):
    """Those from one address. Details: limit (megabytes)."""


class TooManyRuns(RunError):
    """Of one visitor. Details: limit."""


class ClassError(TransCNNError):
    """A class that cannot be entered; see the subclasses."""


class NoClass(ClassError):
    """Wrong, mistyped, ended or expired: which of them is not said. Details: code."""


class RemovedFromClass(NoClass):
    """For this learner there is no such class any more. Details: code."""


class TooManyCodes(ClassError):
    """Who entered them cannot join for a while. Details: seconds."""


class TooManyJoins(ClassError):
    """Nobody can join from there for a while. Details: seconds."""


class ClassFull(ClassError):
    """Details: limit."""


class ClassLocked(ClassError):
    """It is closed to new learners. Details: code."""


class ReservedName(ClassError):
    """Details: name."""


class TooManyClasses(ClassError):
    """Details: limit."""


class TooManyBegun(ClassError):
    """A visitor cannot begin another class for a while. Details: minutes."""


class NoNetwork(ClassError):
    """This computer is on no network, so no other device can come to a class. Details: option."""


class PortInUse(ClassError):
    """Details: port."""
